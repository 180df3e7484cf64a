using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Mina.Backup.Engine.Drill.Reports;

/// <summary>
/// Elements of a page. Texts are encoded by the XML writer, so no name can become markup; what is written is well-formed XML and, as none but void and SVG
/// elements are ever empty, the same HTML.
/// </summary>
internal static class Html
{
    /// <summary>An element. Texts, also those in sequences, become visible text; null is left out.</summary>
    public static XElement Element(string name, params object?[] content) => new(name, content.Select(Prepare), IsVoid(name) ? null : "");

    /// <summary>An element with a class.</summary>
    public static XElement Classed(string name, string classes, params object?[] content) => Element(name, [Attribute("class", classes), .. content]);

    /// <summary>An attribute.</summary>
    public static XAttribute Attribute(string name, string value) => new(name, VisibleText.Of(value));

    /// <summary>The page as UTF-8.</summary>
    public static byte[] Write(XElement root)
    {
        using var stream = new MemoryStream();
        stream.Write("<!DOCTYPE html>\n"u8);
        var settings = new XmlWriterSettings
        {
            OmitXmlDeclaration = true,
            Indent = true,
            IndentChars = "",
            NewLineChars = "\n",
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        using (var writer = XmlWriter.Create(stream, settings))
        {
            root.WriteTo(writer);
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static bool IsVoid(string name) => name is "meta" or "br" or "path" or "circle" or "line" or "use";

    private static object? Prepare(object? content) => content switch
    {
        string text => new XText(VisibleText.Of(text)),
        IEnumerable<object?> many => many.Select(Prepare),
        _ => content,
    };
}
