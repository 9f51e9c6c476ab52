"""How values look in Datasette's own tables: links into the reading room, addresses as text, text in its own direction."""

from datasette import hookimpl
from markupsafe import Markup, escape

from archive.site import cells


@hookimpl
def render_cell(row, value, column, table, database, datasette):
    if database != "archive":
        return None
    cell = cells.cell(table, column, value, row)
    if cell is None:
        return None
    text = Markup('<bdi dir="auto">{}</bdi>').format(cell.text)
    if cell.path is None:
        return text
    return Markup('<a href="{}">{}</a>').format(escape(datasette.urls.path(cell.path)), text)
