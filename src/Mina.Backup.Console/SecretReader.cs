using System.Security;

namespace Mina.Backup.Console;

/// <summary>Reads a secret from the terminal without echo.</summary>
internal static class SecretReader
{
    /// <summary>Reads up to Enter; Backspace takes one character back.</summary>
    public static SecureString Read(TextWriter terminal)
    {
        var secret = new SecureString();
        while (true)
        {
            var key = System.Console.ReadKey(intercept: true);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    terminal.WriteLine();
                    secret.MakeReadOnly();
                    return secret;
                case ConsoleKey.Backspace when secret.Length > 0:
                    secret.RemoveAt(secret.Length - 1);
                    break;
                default:
                    if (!char.IsControl(key.KeyChar))
                    {
                        secret.AppendChar(key.KeyChar);
                    }

                    break;
            }
        }
    }
}
