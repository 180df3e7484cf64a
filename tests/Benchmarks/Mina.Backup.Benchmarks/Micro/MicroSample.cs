using System.Globalization;
using System.Text;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Benchmarks.Micro;

/// <summary>What the micro-benchmarks work on: the same every time.</summary>
internal static class MicroSample
{
    /// <summary>Bytes of every sample.</summary>
    public const int Length = 16 << 20;

    /// <summary>Bytes of a gzip member and of a write.</summary>
    public const int BlockLength = 1 << 20;

    private const int Seed = 20261124;
    private const int Words = 4000;

    /// <summary>A dump of one table with words as frequent as those of speech, numbers and times.</summary>
    public static byte[] Dump()
    {
        var random = new Random(Seed);
        var words = Enumerable.Range(0, Words).Select(_ => Word(random)).ToArray();
        var text = new StringBuilder(Length);
        text.Append("--\n-- PostgreSQL database dump\n--\n\nSET standard_conforming_strings = on;\n\nCOPY public.segment (id, starts_at, confidence, content) FROM stdin;\n");
        for (var row = 1; text.Length < Length - 4000; row++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{row}\t2026-01-{1 + (row % 28):D2} 09:{row % 60:D2}:00+00\t{random.NextDouble():F4}\t");
            for (var count = 8 + (row % 40); count > 0; count--)
            {
                text.Append(words[(int)(Words * Math.Pow(random.NextDouble(), 2.2))]).Append(' ');
            }

            text.Append('\n');
        }

        text.Append("\\.\n\n");
        const string tail = "--\n-- PostgreSQL database dump complete\n--\n\n";
        text.Append("--");
        text.Append('-', Length - text.Length - tail.Length - 1).Append('\n').Append(tail);
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>Bytes that look compressed.</summary>
    public static byte[] Noise()
    {
        var bytes = new byte[Length];
        new Random(Seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A passphrase's protection.</summary>
    public static MessageProtection Protection() => MessageProtection.FromPassphrase(new Secret("benchmark"));

    /// <summary>A ring that opens it.</summary>
    public static KeyRing Ring() => KeyRing.Create(new KeyRequest { Passphrase = new Secret("benchmark") }, HostEnvironment.Current());

    private static string Word(Random random)
    {
        var letters = new char[2 + random.Next(9)];
        for (var i = 0; i < letters.Length; i++)
        {
            letters[i] = (i % 2 == 0 ? "bcdfghklmnprstvw" : "aeiouy")[random.Next(i % 2 == 0 ? 16 : 6)];
        }

        return new string(letters);
    }
}
