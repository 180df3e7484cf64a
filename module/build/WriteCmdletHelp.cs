using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Turns the cmdlet reference (markdown in the PlatyPS layout) into the help file that Get-Help reads: MAML, as described in
/// https://learn.microsoft.com/powershell/scripting/developer/help/writing-help-for-windows-powershell-cmdlets.
/// </summary>
public sealed class WriteCmdletHelp : Task
{
    private static readonly XNamespace Shell = "http://msh";
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    /// <summary>Markdown files, one per cmdlet.</summary>
    [Required]
    public ITaskItem[] Sources { get; set; }

    /// <summary>Help file to write.</summary>
    [Required]
    public string Output { get; set; }

    /// <inheritdoc/>
    public override bool Execute()
    {
        var root = new XElement(Shell + "helpItems", new XAttribute("schema", "maml"));
        foreach (var source in Sources.OrderBy(item => item.ItemSpec, StringComparer.Ordinal))
        {
            root.Add(Cmdlet(new Page(File.ReadAllText(source.GetMetadata("FullPath")))));
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Output)));
        new XDocument(new XDeclaration("1.0", "utf-8", null), root).Save(Output);
        return !Log.HasLoggedErrors;
    }

    private static XElement Cmdlet(Page page)
    {
        var name = page.Title;
        var parameters = page.Section("PARAMETERS").Parts.Where(part => part.Title.StartsWith("-", StringComparison.Ordinal)).ToList();
        return new XElement(Command + "command",
            new XAttribute(XNamespace.Xmlns + "maml", Maml),
            new XAttribute(XNamespace.Xmlns + "command", Command),
            new XAttribute(XNamespace.Xmlns + "dev", Dev),
            new XElement(Command + "details",
                new XElement(Command + "name", name),
                new XElement(Command + "verb", name.Split('-')[0]),
                new XElement(Command + "noun", name.Split('-')[1]),
                Paragraphs("description", page.Section("SYNOPSIS").Text)),
            Paragraphs("description", page.Section("DESCRIPTION").Text),
            new XElement(Command + "syntax", Syntax(page, name, parameters)),
            new XElement(Command + "parameters", parameters.Select(part => Parameter(part, true))),
            new XElement(Command + "inputTypes", Types(page.Section("INPUTS"), "inputType")),
            new XElement(Command + "returnValues", Types(page.Section("OUTPUTS"), "returnValue")),
            new XElement(Maml + "alertSet", new XElement(Maml + "alert", Lines(page.Section("NOTES").Text))),
            new XElement(Command + "examples", page.Section("EXAMPLES").Parts.Select(Example)),
            new XElement(Command + "relatedLinks", Links(page.Section("RELATED LINKS").Text)));
    }

    // One item per code block; which parameters it has, and whether they are required, is read off the block.
    private static IEnumerable<XElement> Syntax(Page page, string name, List<Part> parameters)
    {
        var text = string.Join("\n", new[] { page.Section("SYNTAX").Text }.Concat(page.Section("SYNTAX").Parts.Select(part => part.Text)));
        foreach (Match block in Regex.Matches(text, "```\\n(.*?)\\n```", RegexOptions.Singleline))
        {
            var item = new XElement(Command + "syntaxItem", new XElement(Maml + "name", name));
            foreach (Match match in Regex.Matches(block.Groups[1].Value, @"(?<!\S)(?<open>\[*)-(?<name>\w+)"))
            {
                var part = parameters.SingleOrDefault(candidate => candidate.Title == "-" + match.Groups["name"].Value)
                    ?? throw new InvalidDataException(name + " does not describe -" + match.Groups["name"].Value);
                var element = Parameter(part, false);
                var rest = block.Groups[1].Value.Substring(match.Index);
                element.SetAttributeValue("required", (!IsOptional(match.Groups["open"].Value, rest)).ToString().ToLowerInvariant());
                item.Add(element);
            }

            yield return item;
        }
    }

    // [-Name <T>] and [[-Name] <T>] are optional; [-Name] <T> is required but may be given by position.
    private static bool IsOptional(string open, string rest) =>
        open == "[[" || (open == "[" && !Regex.IsMatch(rest, @"^\[-\w+\] <"));

    private static XElement Parameter(Part part, bool full)
    {
        var type = part.Fact("Type");
        var aliases = part.Fact("Aliases");
        var element = new XElement(Command + "parameter",
            new XAttribute("required", part.Fact("Required").ToLowerInvariant()),
            new XAttribute("variableLength", "true"),
            new XAttribute("globbing", part.Fact("Accept wildcard characters").ToLowerInvariant()),
            new XAttribute("pipelineInput", part.Fact("Accept pipeline input")),
            new XAttribute("position", part.Fact("Position").ToLowerInvariant()),
            new XAttribute("aliases", aliases.Length == 0 ? "none" : aliases),
            new XElement(Maml + "name", part.Title.Substring(1)),
            Paragraphs("description", part.Prose));
        if (full || type != "SwitchParameter")
        {
            element.Add(new XElement(Command + "parameterValue",
                new XAttribute("required", (type != "SwitchParameter").ToString().ToLowerInvariant()),
                new XAttribute("variableLength", "false"),
                type));
        }

        element.Add(
            new XElement(Dev + "type", new XElement(Maml + "name", type), new XElement(Maml + "uri")),
            new XElement(Dev + "defaultValue", part.Fact("Default value")));
        return element;
    }

    private static IEnumerable<XElement> Types(Part section, string element) => section.Parts.Select(part =>
        new XElement(Command + element,
            new XElement(Dev + "type", new XElement(Maml + "name", part.Title)),
            Paragraphs("description", part.Text)));

    private static XElement Example(Part part)
    {
        var code = Regex.Match(part.Text, "```powershell\\n(.*?)\\n```\\n?(.*)", RegexOptions.Singleline);
        return new XElement(Command + "example",
            new XElement(Maml + "title", "---- " + part.Title + " ----"),
            new XElement(Dev + "code", code.Groups[1].Value),
            new XElement(Dev + "remarks", Lines(code.Groups[2].Value)));
    }

    private static IEnumerable<XElement> Links(string text) => Regex.Matches(text, @"\[(.+?)\]\(.+?\)").Cast<Match>().Select(match =>
        new XElement(Maml + "navigationLink", new XElement(Maml + "linkText", match.Groups[1].Value), new XElement(Maml + "uri")));

    private static XElement Paragraphs(string element, string text) => new XElement(Maml + element, Lines(text));

    private static IEnumerable<XElement> Lines(string text) => Regex.Split(text.Trim(), "\\n\\n+")
        .Select(paragraph => new XElement(Maml + "para", paragraph.Replace("`", string.Empty)));

    /// <summary>A heading with the text below it and the headings of the next level.</summary>
    private class Part
    {
        public Part(string title, string text, IEnumerable<Part> parts)
        {
            Title = title;
            Text = text.Trim();
            Parts = parts.ToList();
        }

        public string Title { get; }

        public string Text { get; }

        public List<Part> Parts { get; }

        public string Prose => Regex.Replace(Text, "```yaml.*?```", string.Empty, RegexOptions.Singleline).Trim();

        public string Fact(string name)
        {
            var match = Regex.Match(Text, "^" + name + ":[ \\t]*(.*)$", RegexOptions.Multiline);
            return match.Success ? match.Groups[1].Value.Trim() : throw new InvalidDataException(Title + " lacks " + name);
        }
    }

    /// <summary>One markdown file.</summary>
    private sealed class Page : Part
    {
        public Page(string text)
            : base(Regex.Match(text, "^# (.+?)\\r?$", RegexOptions.Multiline).Groups[1].Value, string.Empty, Split(Normalize(text), "## ", Sections))
        {
        }

        public Part Section(string title) =>
            Parts.SingleOrDefault(part => part.Title == title) ?? throw new InvalidDataException(Title + " lacks the section " + title);

        private static string Normalize(string text) => text.Replace("\r\n", "\n");

        private static Part Sections(string title, string text)
        {
            var first = Regex.Match(text, "^### ", RegexOptions.Multiline);
            return first.Success
                ? new Part(title, text.Substring(0, first.Index), Split(text.Substring(first.Index), "### ", Leaf))
                : Leaf(title, text);
        }

        private static Part Leaf(string title, string text) => new Part(title, text, Enumerable.Empty<Part>());

        private static IEnumerable<Part> Split(string text, string marker, Func<string, string, Part> make) => Regex
            .Matches(text, "^" + marker + "(?<title>.+)\\n(?<text>(?:(?!" + marker + ").*(?:\\n|$))*)", RegexOptions.Multiline)
            .Cast<Match>()
            .Select(match => make(match.Groups["title"].Value.Trim(), match.Groups["text"].Value));
    }
}
