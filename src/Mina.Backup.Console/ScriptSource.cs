using System.Management.Automation.Language;
using System.Text;

namespace Mina.Backup.Console;

/// <summary>The text that the engine runs for a script file, for <c>-Command</c> and for standard input.</summary>
internal static class ScriptSource
{
    // `exit N` ends a script file only, as a failed command that leaves N; a native program that failed as the last statement
    // looks the same. Both are the status of the run.
    private const string PassStatusOn = "if (-not $? -and $LASTEXITCODE) { exit $LASTEXITCODE }";

    /// <summary>A call of the file, with the words after its name by the rules of <c>pwsh -File</c>.</summary>
    public static string FromFile(string path, IReadOnlyList<string> words)
    {
        var call = new StringBuilder("& ").Append(Quote(path));
        foreach (var word in words)
        {
            call.Append(' ').Append(Argument(word));
        }

        return call.Append('\n').Append(PassStatusOn).ToString();
    }

    /// <summary>The text itself, with the status of its last statement passed on.</summary>
    public static string FromText(string text)
    {
        var script = Parser.ParseInput(text, out _, out var problems);
        var takesMore = problems.Length == 0 && script.EndBlock is not { Unnamed: false } && script.BeginBlock is null && script.ProcessBlock is null;
        return takesMore ? $"{text}\n{PassStatusOn}" : text;
    }

    // `-Name` is a parameter's name, `-Name:value` a name with its value, where $true and $false are the only expressions;
    // all else is a string, never evaluated.
    private static string Argument(string word)
    {
        var colon = word.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? word : word[..colon];
        if (!IsParameterName(name))
        {
            return Quote(word);
        }

        if (colon < 0)
        {
            return name;
        }

        var value = word[(colon + 1)..];
        return value.ToUpperInvariant() is "$TRUE" or "$FALSE" ? $"{name}:{value}" : $"{name}:{Quote(value)}";
    }

    private static bool IsParameterName(string text) =>
        text.Length > 1 && text[0] == '-' && (char.IsAsciiLetter(text[1]) || text[1] == '_')
        && text.Skip(2).All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-');

    private static string Quote(string text) => $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";
}
