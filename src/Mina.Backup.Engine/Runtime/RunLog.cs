using System.Globalization;
using System.Text;

namespace Mina.Backup.Engine.Runtime;

/// <summary>The log file of one run: <c>logs/YYYYMMDD_HHMMSS_operation_N.log</c> in the state folder, readable by this user alone.</summary>
public sealed class RunLog : IRunLog, IDisposable
{
    private readonly Lock gate = new();
    private readonly StreamWriter writer;
    private readonly TimeProvider clock;
    private readonly List<string> secrets = [];
    private bool closed;

    private RunLog(string path, FileStream file, TimeProvider clock)
    {
        Path = path;
        this.clock = clock;
        writer = new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true, NewLine = "\n" };
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <summary>Creates the log of a run that starts now.</summary>
    /// <param name="operation">What the run does, in a word; part of the file's name.</param>
    /// <param name="env">The machine.</param>
    /// <param name="clock">The clock.</param>
    /// <exception cref="Model.StorageException">The state folder cannot be written.</exception>
    public static RunLog Create(string operation, HostEnvironment env, TimeProvider clock)
    {
        var folder = System.IO.Path.Combine(env.StateDirectory, "logs");
        StateFolder.Ensure(env.StateDirectory);
        StateFolder.Ensure(folder);
        var stamp = clock.GetUtcNow().ToString("yyyyMMdd_HHmmss", CultureInfo.InvariantCulture);
        var process = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        for (var number = 0; ; number++)
        {
            var suffix = number == 0 ? string.Empty : "_" + number.ToString(CultureInfo.InvariantCulture);
            var path = System.IO.Path.Combine(folder, $"{stamp}_{operation}_{process}{suffix}.log");
            try
            {
                return new RunLog(path, StateFolder.Open(path, FileMode.CreateNew, FileShare.Read), clock);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another run of this process started in the same second: take the next number.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw StateFolder.Translate(e, path);
            }
        }
    }

    /// <inheritdoc/>
    public void Write(LogLevel level, string message)
    {
        var time = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        lock (gate)
        {
            if (!closed)
            {
                // Continuation lines are indented, so that every line that starts with a digit starts an entry.
                var text = Clean(message).ReplaceLineEndings("\n    ");
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time} {level,-11} {text}"));
            }
        }
    }

    /// <inheritdoc/>
    public void Redact(string secret)
    {
        if (secret.Length == 0)
        {
            return;
        }

        lock (gate)
        {
            foreach (var form in new[] { secret, Uri.EscapeDataString(secret), secret.Replace("'", "''", StringComparison.Ordinal) })
            {
                if (!secrets.Contains(form))
                {
                    secrets.Add(form);
                }
            }

            // The longest first: a secret may be part of another.
            secrets.Sort((left, right) => right.Length.CompareTo(left.Length));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
            writer.Dispose();
        }
    }

    private string Clean(string message)
    {
        foreach (var secret in secrets)
        {
            message = message.Replace(secret, "***", StringComparison.Ordinal);
        }

        return message;
    }
}
