using System.Xml.Linq;

namespace Mina.Backup.Engine.Drill.Reports;

/// <summary>
/// A table that is laid out anew on narrow screens, each row as a block whose cells carry their column's name. Roles are written out, as a layout
/// other than a table's would take them away.
/// </summary>
internal sealed class HtmlTable
{
    private readonly string caption;
    private readonly IReadOnlyList<Column> columns;
    private readonly List<XElement> rows = [];

    /// <summary>Creates a table.</summary>
    /// <param name="caption">What it shows.</param>
    /// <param name="columns">Its columns; the first names the row.</param>
    public HtmlTable(string caption, params IReadOnlyList<Column> columns)
    {
        this.caption = caption;
        this.columns = columns;
    }

    /// <summary>Adds a row, a cell per column; a cell that is null or an empty text is left out on narrow screens.</summary>
    public void Add(params IReadOnlyList<object?> cells) => rows.Add(Html.Element("tr", Html.Attribute("role", "row"), cells.Select(Cell)));

    /// <summary>The table.</summary>
    public XElement Write() => Html.Element(
        "table",
        Html.Attribute("role", "table"),
        Html.Element("caption", caption),
        Html.Element("thead", Html.Attribute("role", "rowgroup"), Html.Element("tr", Html.Attribute("role", "row"), columns.Select(Header))),
        Html.Element("tbody", Html.Attribute("role", "rowgroup"), rows));

    private static XElement Header(Column column) =>
        Html.Classed("th", column.Class, Html.Attribute("role", "columnheader"), Html.Attribute("scope", "col"), column.Name);

    private XElement Cell(object? content, int index)
    {
        var column = columns[index];
        var classes = content is null or "" ? $"{column.Class} empty" : column.Class;
        return index == 0
            ? Html.Classed("th", classes, Html.Attribute("role", "rowheader"), Html.Attribute("scope", "row"), content)
            : Html.Classed("td", classes, Html.Attribute("role", "cell"), Html.Attribute("data-label", column.Name), content);
    }

    /// <summary>A column.</summary>
    /// <param name="Name">Its heading.</param>
    /// <param name="Class">How its cells are set: <c>text</c>, <c>number</c>, <c>outcome</c> or <c>detail</c>.</param>
    internal sealed record Column(string Name, string Class);
}
