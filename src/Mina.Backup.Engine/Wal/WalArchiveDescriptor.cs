using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>
/// What an archive says about itself, in clear: <c>archive.json</c> beside the segments. It can be rebuilt from any segment, so losing it
/// loses nothing.
/// </summary>
/// <param name="FormatVersion">Version of the layout, 1.</param>
/// <param name="SystemIdentifier">Identifier of the one cluster whose WAL it holds.</param>
/// <param name="SegmentSize">Bytes of a segment of that cluster.</param>
public sealed partial record WalArchiveDescriptor(int FormatVersion, ulong SystemIdentifier, long SegmentSize)
{
    /// <summary>Name of the object.</summary>
    public const string ObjectName = "archive.json";

    /// <summary>The version that is written, and the greatest that is read.</summary>
    public const int CurrentVersion = 1;

    private const int GreatestLength = 64 << 10;

    /// <summary>How the cluster cuts its log.</summary>
    [JsonIgnore]
    public WalGeometry Geometry => new(SegmentSize);

    /// <summary>The descriptor of the cluster that wrote a segment.</summary>
    public static WalArchiveDescriptor From(WalPageHeader header) => new(CurrentVersion, header.SystemIdentifier, header.SegmentSize);

    /// <summary>The descriptor as UTF-8 JSON with a final newline.</summary>
    public byte[] ToJson() => [.. JsonSerializer.SerializeToUtf8Bytes(this, DescriptorJson.Default.WalArchiveDescriptor), (byte)'\n'];

    /// <summary>Reads a descriptor.</summary>
    /// <exception cref="IntegrityException"><c>ArchiveUnreadable</c>.</exception>
    public static async Task<WalArchiveDescriptor> ReadAsync(Stream content, string address, CancellationToken cancellationToken)
    {
        var bytes = new byte[GreatestLength];
        var length = await content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        WalArchiveDescriptor? descriptor;
        try
        {
            descriptor = JsonSerializer.Deserialize(bytes.AsSpan(0, length), DescriptorJson.Default.WalArchiveDescriptor);
        }
        catch (JsonException e)
        {
            throw Unreadable(address, "it is not as the format says", e);
        }

        return descriptor switch
        {
            null => throw Unreadable(address, "it is empty"),
            { FormatVersion: < 1 or > CurrentVersion } => throw Unreadable(
                address, $"its version {descriptor.FormatVersion.ToString(CultureInfo.InvariantCulture)} is not known to this version of the product"),
            _ when !WalGeometry.IsSegmentSize(descriptor.SegmentSize) => throw Unreadable(address, "no cluster has segments of the size that it names"),
            _ => descriptor,
        };
    }

    private static IntegrityException Unreadable(string address, string problem, Exception? inner = null) =>
        new(ErrorCatalog.ArchiveUnreadable, $"{address} cannot be used: {problem}.", new ErrorContext { Target = address }, inner);

    // The identifier is a number of 64 bits, which many JSON readers round: it is written as text.
    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    [JsonSerializable(typeof(WalArchiveDescriptor))]
    private sealed partial class DescriptorJson : JsonSerializerContext;
}
