using System.Buffers;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>
/// The replication command BASE_BACKUP, for clusters with tablespaces of their own, which <c>pg_basebackup</c> cannot write to standard output, and for
/// incremental base backups, so that the manifest of what they build on, which <c>pg_basebackup</c> wants as a file, is in memory alone.
/// A message is one octet that says what it is, and content: <c>n</c> a new archive, <c>d</c> data, <c>m</c> the manifest, <c>p</c> progress.
/// See https://www.postgresql.org/docs/current/protocol-replication.html.
/// </summary>
internal sealed class ReplicationBaseSource(Libpq libpq, ConnectionTarget target, BaseSourceOptions options) : IBaseSource
{
    /// <summary>The first major version that sends all archives in one copy.</summary>
    public const int OldestMajor = 15;

    private const int MessagesAhead = 128;
    private const int UploadSize = 1 << 16;

    /// <inheritdoc/>
    public async Task RunAsync(IBaseSink sink, CancellationToken cancellationToken)
    {
        var messages = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MessagesAhead) { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = Task.Factory.StartNew(() => ReadAll(messages.Writer, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            var writer = new ArchiveAssembler(sink, target);
            await foreach (var message in messages.Reader.ReadAllAsync(cancellationToken))
            {
                await writer.TakeAsync(message, cancellationToken);
            }

            await reading;
            await writer.CompleteAsync(cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // On a thread of its own, as libpq blocks.
    private void ReadAll(ChannelWriter<byte[]> messages, CancellationToken cancellationToken)
    {
        try
        {
            using var session = LibpqSession.ConnectForReplication(libpq, target);
            using var abort = cancellationToken.Register(session.Abort);
            UploadParent(session);
            var checkpoint = options.SpreadCheckpoint ? "spread" : "fast";
            var incremental = options.ParentManifest is null ? "" : ", INCREMENTAL";
            session.Send($"BASE_BACKUP (LABEL '{options.Label}', PROGRESS true, CHECKPOINT '{checkpoint}', TABLESPACE_MAP true, MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256', TARGET 'client'{incremental})");
            session.ReadRows(2);
            session.ReadRows(2);
            session.BeginCopyOut();
            while (session.ReadCopy(out var bytes))
            {
                var message = bytes.ToArray();
                while (!messages.TryWrite(message))
                {
                    messages.WaitToWriteAsync(cancellationToken).AsTask().GetAwaiter().GetResult();
                }
            }

            session.ReadRows(2);
            session.Finish();
            messages.Complete();
        }
        catch (Exception e)
        {
            messages.Complete(cancellationToken.IsCancellationRequested ? new OperationCanceledException(cancellationToken) : e is PostgresException refusal ? Refused(refusal) : e);
        }
    }

    private void UploadParent(LibpqSession session)
    {
        if (options.ParentManifest is null)
        {
            return;
        }

        session.Send("UPLOAD_MANIFEST");
        session.BeginCopyIn();
        for (var at = 0; at < options.ParentManifest.Length; at += UploadSize)
        {
            session.WriteCopy(options.ParentManifest.AsSpan(at, Math.Min(UploadSize, options.ParentManifest.Length - at)));
        }

        session.EndCopyIn();
    }

    private ServerException Refused(PostgresException refusal) => new(
        Definition(refusal),
        $"The server reported while sending a base backup: {refusal.MessageText}",
        new ErrorContext { Target = target.Server, SqlState = refusal.SqlState, ServerDetail = refusal.Detail, ServerHint = refusal.Hint });

    // In that state are summaries that are missing or late, and timelines that do not fit.
    private ErrorDefinition Definition(PostgresException refusal) => options.ParentManifest is not null && refusal.SqlState == PostgresErrorCodes.ObjectNotInPrerequisiteState
        ? ErrorCatalog.IncrementalRefused
        : PostgresErrors.FromToolOutput("The server", refusal.MessageText, target.Server)?.Definition ?? ErrorCatalog.ServerStatementFailed;

    /// <summary>Puts the messages together to archives, the manifest at the end of the data directory's.</summary>
    private sealed class ArchiveAssembler(IBaseSink sink, ConnectionTarget target)
    {
        private readonly byte[] tail = new byte[TarEnding.TerminatorLength];
        private readonly ArrayBufferWriter<byte> manifest = new();
        private int tailLength;
        private bool isMain;
        private bool isOpen;
        private bool inManifest;

        public async ValueTask TakeAsync(byte[] message, CancellationToken cancellationToken)
        {
            switch ((char)message[0])
            {
                case 'n':
                    await BeginAsync(message, cancellationToken);
                    break;
                case 'd' when inManifest:
                    manifest.Write(message.AsSpan(1));
                    break;
                case 'd' when isMain:
                    await HoldBackAsync(message.AsMemory(1), cancellationToken);
                    break;
                case 'd':
                    await sink.WriteAsync(message.AsMemory(1), cancellationToken);
                    break;
                case 'm':
                    inManifest = true;
                    break;
                case 'p':
                    break;
                default:
                    throw Unexpected(string.Create(CultureInfo.InvariantCulture, $"a message of the unknown kind {message[0]}"));
            }
        }

        public async ValueTask CompleteAsync(CancellationToken cancellationToken)
        {
            // The data directory comes last, and the manifest goes where pg_basebackup puts it too: to the end of its tar.
            if (!isMain || !inManifest || tailLength < tail.Length || tail.AsSpan().ContainsAnyExcept((byte)0))
            {
                throw Unexpected("no complete data directory");
            }

            await sink.WriteAsync(TarEnding.WithFile(ServerManifest.FileName, manifest.WrittenSpan, DateTimeOffset.UnixEpoch), cancellationToken);
            await sink.EndAsync(cancellationToken);
        }

        private async ValueTask BeginAsync(byte[] message, CancellationToken cancellationToken)
        {
            if (isMain)
            {
                throw Unexpected("an archive behind that of the data directory");
            }

            if (isOpen)
            {
                await sink.EndAsync(cancellationToken);
            }

            var fields = Encoding.UTF8.GetString(message, 1, message.Length - 1).Split('\0');
            isOpen = true;
            isMain = fields[0] == "base.tar";
            uint? tablespace = isMain ? null
                : uint.TryParse(fields[0].Replace(".tar", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out var oid) ? oid
                : throw Unexpected($"an archive named {fields[0]}");
            await sink.BeginAsync(tablespace, isMain ? null : fields[1], cancellationToken);
        }

        // The last octets of the tar are its end, behind which the manifest could not stand.
        private async ValueTask HoldBackAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            byte[] all = [.. tail.AsSpan(0, tailLength), .. bytes.Span];
            tailLength = Math.Min(all.Length, tail.Length);
            all.AsSpan(all.Length - tailLength).CopyTo(tail);
            await sink.WriteAsync(all.AsMemory(0, all.Length - tailLength), cancellationToken);
        }

        private ServerException Unexpected(string what) =>
            new(ErrorCatalog.ServerStatementFailed, $"The server sent {what} in the base backup.", new ErrorContext { Target = target.Server });
    }
}
