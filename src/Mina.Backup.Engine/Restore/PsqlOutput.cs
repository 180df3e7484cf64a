namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Reads psql's standard output for as long as it runs. Usually it throws everything away; on request it hands over what stands
/// between two marker lines, which carry random keys and so cannot occur in the output itself.
/// </summary>
internal sealed class PsqlOutput
{
    private readonly Lock gate = new();
    private readonly Task reading;
    private Capture? capture;
    private byte[] held = [];
    private bool atLineStart = true;
    private bool ended;

    /// <summary>Starts to read.</summary>
    public PsqlOutput(Stream output) => reading = Task.Run(() => ReadAsync(output));

    /// <summary>Ends when psql closed its output.</summary>
    public Task Ended => reading;

    /// <summary>Hands over the lines between two markers. The task ends with the second one, or fails when the output ends before it.</summary>
    public Task CaptureAsync(byte[] begin, byte[] end, CopyOutHandler handler)
    {
        lock (gate)
        {
            capture = new Capture(begin, end, handler);
            if (ended)
            {
                capture.Done.SetException(new EndOfStreamException("psql ended its output early."));
            }

            return capture.Done.Task;
        }
    }

    private async Task ReadAsync(Stream output)
    {
        try
        {
            var buffer = new byte[1 << 16];
            int count;
            while ((count = await output.ReadAsync(buffer)) > 0)
            {
                lock (gate)
                {
                    Take(buffer.AsSpan(0, count));
                }
            }
        }
        finally
        {
            // Also where reading failed: whoever waits for a capture would wait for ever.
            lock (gate)
            {
                ended = true;
                capture?.Done.TrySetException(new EndOfStreamException("psql ended its output early."));
            }
        }
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        if (capture is null)
        {
            atLineStart = bytes[^1] == (byte)'\n';
            return;
        }

        try
        {
            TakeLines(held.Length == 0 ? bytes : [.. held, .. bytes]);
        }
        catch (Exception problem) when (capture is not null)
        {
            capture.Done.TrySetException(problem);
            capture = null;
        }
    }

    private void TakeLines(ReadOnlySpan<byte> bytes)
    {
        held = [];
        while (!bytes.IsEmpty)
        {
            if (atLineStart && capture is { } wanted)
            {
                var marker = wanted.Started ? wanted.End : wanted.Begin;
                if (bytes.StartsWith(marker))
                {
                    bytes = bytes[marker.Length..];
                    Reached(wanted);
                    continue;
                }

                if (bytes.Length < marker.Length && marker.AsSpan().StartsWith(bytes))
                {
                    held = bytes.ToArray();
                    return;
                }
            }

            var newline = bytes.IndexOf((byte)'\n');
            var part = newline < 0 ? bytes : bytes[..(newline + 1)];
            atLineStart = newline >= 0;
            if (capture is { Started: true } running)
            {
                running.Handler(part);
            }

            bytes = bytes[part.Length..];
        }
    }

    private void Reached(Capture wanted)
    {
        if (!wanted.Started)
        {
            wanted.Started = true;
            return;
        }

        capture = null;
        wanted.Done.SetResult();
    }

    private sealed class Capture(byte[] begin, byte[] end, CopyOutHandler handler)
    {
        public byte[] Begin { get; } = begin;

        public byte[] End { get; } = end;

        public CopyOutHandler Handler { get; } = handler;

        public bool Started { get; set; }

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
