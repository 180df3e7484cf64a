using System.Globalization;
using System.Security.Cryptography;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Container;

/// <summary>
/// One format of members: how plain blocks become members, how members are found again, and how what other programs write in the same
/// format is read. All that differs between compressions is behind this; instances keep no state.
/// </summary>
internal abstract class MemberCodec
{
    /// <summary>Every codec, in the order in which content is asked for them.</summary>
    public static IReadOnlyList<MemberCodec> All { get; } = [new GzipCodec(), new ZstdCodec(), new PlainCodec()];

    public abstract BackupCompression Compression { get; }

    /// <summary>What a file name ends with, behind <c>.sql</c>; may be empty.</summary>
    public abstract string Suffix { get; }

    /// <summary>What a member is called in messages.</summary>
    public abstract string MemberName { get; }

    /// <summary>Levels; null where there are none.</summary>
    public abstract CompressionLevels? Levels { get; }

    /// <summary>Greatest plain length of a member in bytes.</summary>
    public abstract int MaxPlainLength { get; }

    public static MemberCodec For(BackupCompression compression) => All.First(codec => codec.Compression == compression);

    /// <summary>Lower-case hexadecimal SHA-256 of a member.</summary>
    public static string HashOf(ReadOnlySpan<byte> member) => Convert.ToHexStringLower(SHA256.HashData(member));

    /// <summary>Whether content that begins so is in this format, whoever wrote it, sound or damaged.</summary>
    public abstract bool Recognizes(ReadOnlySpan<byte> start);

    /// <summary>Whether content that begins so consists of members as this product writes them.</summary>
    public abstract bool HasMembers(ReadOnlySpan<byte> start);

    /// <summary>A packer for one worker.</summary>
    public abstract MemberPacker CreatePacker(int? level);

    /// <summary>An unpacker for one worker.</summary>
    public abstract MemberUnpacker CreateUnpacker();

    /// <summary>The decoder for content that begins so.</summary>
    public abstract ContentDecoder CreateDecoder(ContentInput input, ReadOnlySpan<byte> start);

    /// <summary>The level to use for the one asked for; null where there are none. <c>OptionConflict</c> when there is no such level.</summary>
    public int? LevelFor(int? asked)
    {
        if (asked is not { } level)
        {
            return Levels?.Default;
        }

        return Levels is { } levels
            ? levels.Contains(level)
                ? level
                : throw NoLevel(level, string.Create(CultureInfo.InvariantCulture, $"Give a level from {levels.Least} to {levels.Greatest}, or another compression."))
            : throw NoLevel(level, "Leave the level out, or choose a compression that has levels.");
    }

    private ConfigurationException NoLevel(int level, string action) => new(
        ErrorCatalog.OptionConflict,
        string.Create(CultureInfo.InvariantCulture, $"There is no level {level} with the compression {Compression}."),
        new ErrorContext { Action = action });
}
