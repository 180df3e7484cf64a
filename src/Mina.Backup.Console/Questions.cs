using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace Mina.Backup.Console;

/// <summary>Questions to the operator. Where nobody can answer, each is an error that says what to give instead.</summary>
internal sealed class Questions(bool interactive, TextWriter terminal, Action beforeAsking, InterruptibleRead terminalInput)
{
    /// <summary>Asks for one of several choices; an empty answer takes the default.</summary>
    public int AskChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        Require(() => $"{Sentence(message)} Nobody is there to confirm it. Add -Confirm:$false to say yes beforehand.");
        while (true)
        {
            Say(caption, message);
            for (var i = 0; i < choices.Count; i++)
            {
                terminal.WriteLine(i == defaultChoice ? $"  [{KeyOf(choices[i])}] {NameOf(choices[i])} (default)" : $"  [{KeyOf(choices[i])}] {NameOf(choices[i])}");
            }

            terminal.Write("> ");
            var answer = ReadAnswer().Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }

            for (var i = 0; i < choices.Count; i++)
            {
                if (string.Equals(answer, KeyOf(choices[i]), StringComparison.OrdinalIgnoreCase)
                    || string.Equals(answer, NameOf(choices[i]), StringComparison.OrdinalIgnoreCase))
                {
                    return i;
                }
            }
        }
    }

    /// <summary>Asks for the values of parameters that were not given.</summary>
    public Dictionary<string, PSObject> AskFields(string caption, string message, Collection<FieldDescription> fields)
    {
        Require(() => $"{string.Join(", ", fields.Select(field => "-" + field.Name))} must be given: nobody is there to ask.");
        Say(caption, message);
        var answers = new Dictionary<string, PSObject>(StringComparer.OrdinalIgnoreCase);
        foreach (var field in fields)
        {
            terminal.Write(string.Create(CultureInfo.InvariantCulture, $"{field.Name}: "));
            var secret = field.ParameterTypeFullName == typeof(SecureString).FullName;
            answers[field.Name] = secret ? PSObject.AsPSObject(ReadSecretAnswer()) : PSObject.AsPSObject(ReadAnswer());
        }

        return answers;
    }

    /// <summary>Asks for a user name, unless given, and a password.</summary>
    public PSCredential AskCredential(string message, string userName)
    {
        Require(() => $"{Sentence(message)} Nobody is there to enter a user and password. Give the credential as a parameter.");
        Say("", message);
        var user = userName;
        if (string.IsNullOrEmpty(user))
        {
            terminal.Write("User: ");
            user = ReadAnswer();
        }

        terminal.Write("Password: ");
        return new PSCredential(user, ReadSecretAnswer());
    }

    /// <summary>Reads a line that a script asks for.</summary>
    public string ReadLine()
    {
        Require(() => "The script reads a line from the operator, and nobody is there. Give the value as a parameter of the script.");
        return ReadAnswer();
    }

    /// <summary>Reads a secret that a script asks for, without echo.</summary>
    public SecureString ReadSecret()
    {
        Require(() => "The script reads a secret from the operator, and nobody is there. Give it by environment variable, by file or as a parameter.");
        return ReadSecretAnswer();
    }

    private static string Sentence(string message)
    {
        var text = message.Trim().ReplaceLineEndings(" ");
        return text.Length == 0 || text[^1] is '.' or '?' or '!' ? text : text + ".";
    }

    private static string NameOf(ChoiceDescription choice) => choice.Label.Replace("&", "", StringComparison.Ordinal);

    private static string KeyOf(ChoiceDescription choice)
    {
        var mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
        return mark >= 0 && mark + 1 < choice.Label.Length ? choice.Label.Substring(mark + 1, 1).ToUpperInvariant() : NameOf(choice);
    }

    private void Say(string caption, string message)
    {
        foreach (var text in new[] { caption, message })
        {
            if (!string.IsNullOrWhiteSpace(text))
            {
                terminal.WriteLine(text);
            }
        }
    }

    private string ReadAnswer() =>
        terminalInput.WaitFor(System.Console.In.ReadLine) ?? throw new InteractionUnavailableException("The terminal was closed before the question was answered.");

    private SecureString ReadSecretAnswer() => terminalInput.WaitFor(() => SecretReader.Read(terminal));

    private void Require(Func<string> otherwise)
    {
        if (!interactive)
        {
            throw new InteractionUnavailableException(otherwise());
        }

        beforeAsking();
    }
}
