"""The program that runs: everything that touches the network, the clock, the schedule and the terminal."""
