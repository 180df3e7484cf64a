using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace Mina.Backup.Console;

/// <summary>
/// Text in and out. Results go to standard output; errors, warnings, verbose and debug lines, progress and questions go to
/// standard error, so that a pipe receives results only.
/// </summary>
internal sealed class ConsoleUserInterface : PSHostUserInterface
{
    private readonly TextWriter output = System.Console.Out;
    private readonly TextWriter errors = System.Console.Error;
    private readonly ProgressLine progress;
    private readonly Questions questions;
    private readonly bool colors;

    /// <summary>Creates it.</summary>
    /// <param name="interactive">Whether somebody can answer questions.</param>
    /// <param name="interrupted">Ends the waiting for an answer.</param>
    public ConsoleUserInterface(bool interactive, CancellationToken interrupted)
    {
        var input = new InterruptibleRead(interrupted);
        RawUI = new ConsoleRawInterface(input);
        var plain = Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } || Environment.GetEnvironmentVariable("TERM") is "dumb";
        colors = !System.Console.IsOutputRedirected && !plain;
        if (!colors)
        {
            PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
        }

        progress = new ProgressLine(errors, !System.Console.IsErrorRedirected && !plain, RawUI);
        questions = new Questions(interactive, errors, ClearProgress, input);
    }

    public override PSHostRawUserInterface RawUI { get; }

    public override bool SupportsVirtualTerminal => colors;

    /// <summary>Takes the progress line away so that other text can be written.</summary>
    public void ClearProgress() => progress.Clear();

    public override void Write(string value) => Put(output, value, newLine: false);

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Put(output, value, newLine: false);

    public override void WriteLine(string value) => Put(output, value, newLine: true);

    public override void WriteErrorLine(string value) => Put(errors, value, newLine: true);

    public override void WriteWarningLine(string message) => Put(errors, "WARNING: " + message, newLine: true);

    public override void WriteVerboseLine(string message) => Put(errors, "VERBOSE: " + message, newLine: true);

    public override void WriteDebugLine(string message) => Put(errors, "DEBUG: " + message, newLine: true);

    public override void WriteProgress(long sourceId, ProgressRecord record) => progress.Show(record);

    public override string ReadLine() => questions.ReadLine();

    public override System.Security.SecureString ReadLineAsSecureString() => questions.ReadSecret();

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
        questions.AskFields(caption, message, descriptions);

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        questions.AskChoice(caption, message, choices, defaultChoice);

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        questions.AskCredential(message, userName);

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        questions.AskCredential(message, userName);

    private void Put(TextWriter writer, string value, bool newLine)
    {
        progress.Clear();
        var text = GetOutputString(value, colors);
        if (newLine)
        {
            writer.WriteLine(text);
        }
        else
        {
            writer.Write(text);
        }
    }
}
