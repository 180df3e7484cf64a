using BenchmarkDotNet.Attributes;
using Mina.Backup.Engine.Dump;

namespace Mina.Backup.Benchmarks.Micro;

/// <summary>Telling rows from SQL, counting and fingerprinting them, and cutting the stream into blocks.</summary>
public class ScannerBenchmarks
{
    // What a pipe gives at a time.
    private const int Piece = 64 << 10;

    private byte[] dump = [];

    /// <summary>Makes the sample.</summary>
    [GlobalSetup]
    public void Prepare() => dump = MicroSample.Dump();

    /// <summary>As a verification does.</summary>
    [Benchmark]
    public long Scan()
    {
        var scanner = new ScriptScanner();
        Feed(scanner);
        return scanner.Complete().Tables[0].Rows;
    }

    /// <summary>As a backup does.</summary>
    [Benchmark]
    public long ScanAndCut()
    {
        using var cutter = new BlockCutter();
        var scanner = new ScriptScanner(cutter);
        var blocks = 0L;
        for (var at = 0; at < dump.Length; at += Piece)
        {
            scanner.Append(dump.AsSpan(at, Math.Min(Piece, dump.Length - at)));
            while (cutter.TryTake(out var block, out _))
            {
                blocks++;
                block.Dispose();
            }
        }

        return scanner.Complete().Tables[0].Rows + blocks;
    }

    private void Feed(ScriptScanner scanner)
    {
        for (var at = 0; at < dump.Length; at += Piece)
        {
            scanner.Append(dump.AsSpan(at, Math.Min(Piece, dump.Length - at)));
        }
    }
}
