using System.Text.RegularExpressions;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Catalog;

public sealed partial class ErrorDocumentTests
{
    [Fact]
    public void The_document_lists_every_error_with_its_cause_and_action_in_order()
    {
        var document = Read();

        foreach (var definition in ErrorCatalog.All)
        {
            var section = $"### {definition.Id}\n\n*{definition.Kind}.* {definition.Cause}\n\n**What to do:** {definition.Action}\n";
            Assert.True(document.Contains(section, StringComparison.Ordinal), $"docs/errors.md lacks, or has otherwise:\n\n{section}");
        }

        Assert.Equal(ErrorCatalog.All.Select(definition => definition.Id), Heading().Matches(document).Select(match => match.Groups[1].Value));
    }

    [Fact]
    public void The_catalog_lists_every_definition_once()
    {
        var fields = typeof(ErrorCatalog).GetFields()
            .Where(field => field.FieldType == typeof(ErrorDefinition))
            .ToDictionary(field => field.Name, field => (ErrorDefinition)field.GetValue(null)!);

        Assert.All(fields, field => Assert.Equal(field.Key, field.Value.Id));
        Assert.Equal(fields.Keys.Order(), ErrorCatalog.All.Select(definition => definition.Id).Order());
    }

    [GeneratedRegex("^### (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    private static string Read()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Mina.Backup.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
        }

        return File.ReadAllText(Path.Combine(folder.FullName, "docs", "errors.md")).ReplaceLineEndings("\n");
    }
}
