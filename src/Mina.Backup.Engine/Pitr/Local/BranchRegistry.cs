using System.Text.Json;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>
/// The branches of this user on this machine: one record each in the state folder. Whoever works on a branch holds its lock, which ends with its
/// process, however that ends.
/// </summary>
internal sealed class BranchRegistry
{
    private const string RecordSuffix = ".json";
    private const string LockSuffix = ".lock";
    private readonly HostEnvironment environment;

    /// <summary>Opens the registry of a machine.</summary>
    public BranchRegistry(HostEnvironment environment) => this.environment = environment;

    private string Folder => Path.Combine(environment.StateDirectory, "branches");

    /// <summary>All records, those of branches being made included, in no order.</summary>
    public IReadOnlyList<BranchRecord> Read() =>
        Directory.Exists(Folder)
            ? [.. Directory.EnumerateFiles(Folder, "*" + RecordSuffix).Select(TryRead).OfType<BranchRecord>()]
            : [];

    /// <summary>One record; null when there is none.</summary>
    public BranchRecord? Find(string name) => IsName(name) ? TryRead(PathOf(name, RecordSuffix)) : null;

    /// <summary>Whether a text can be a branch's name: it becomes part of paths.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= 40 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');

    /// <summary>Takes a name for a branch to be made.</summary>
    /// <exception cref="CatalogException"><c>BranchExists</c>.</exception>
    public BranchLease Reserve(BranchRecord record)
    {
        var name = record.Branch.Name;
        StateFolder.Ensure(environment.StateDirectory);
        StateFolder.Ensure(Folder);
        var lease = TryLock(name) ?? throw Exists(name);
        if (File.Exists(PathOf(name, RecordSuffix)))
        {
            lease.Dispose();
            throw Exists(name);
        }

        Write(record);
        return lease;
    }

    /// <summary>Locks a branch for work on it; null when another run has it.</summary>
    public BranchLease? TryLock(string name)
    {
        try
        {
            return new BranchLease(StateFolder.Open(PathOf(name, LockSuffix), FileMode.OpenOrCreate, FileShare.None, FileAccess.ReadWrite));
        }
        catch (IOException e) when (StorageErrors.IsHeld(e))
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StateFolder.Translate(e, PathOf(name, LockSuffix));
        }
    }

    /// <summary>Writes a record over the one before, at once or not at all.</summary>
    public void Write(BranchRecord record)
    {
        var path = PathOf(record.Branch.Name, RecordSuffix);
        var staged = path + ".new";
        try
        {
            File.Delete(staged);
            using (var file = StateFolder.Open(staged, FileMode.CreateNew, FileShare.None))
            {
                JsonSerializer.Serialize(file, record, BranchJson.Default.BranchRecord);
                file.Flush(flushToDisk: true);
            }

            File.Move(staged, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StateFolder.Translate(e, path);
        }
    }

    /// <summary>Forgets a branch. Its lock is held by the caller, and goes too.</summary>
    public void Forget(string name)
    {
        File.Delete(PathOf(name, RecordSuffix));
        File.Delete(PathOf(name, LockSuffix));
    }

    private static CatalogException Exists(string name) =>
        new(ErrorCatalog.BranchExists, $"There is a branch {name} already, or it is being made.", new ErrorContext { Target = name });

    private static BranchRecord? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), BranchJson.Default.BranchRecord) is { FormatVersion: 1 } record ? record : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new StorageException(
                ErrorCatalog.StorageFailed,
                $"The record {path} of a branch cannot be read.",
                new ErrorContext { Target = path, Action = "Remove the file; then remove the branch's folder by hand." },
                e);
        }
    }

    private string PathOf(string name, string suffix) => Path.Combine(Folder, name + suffix);
}

/// <summary>The right to work on one branch.</summary>
internal sealed class BranchLease(FileStream file) : IDisposable
{
    /// <summary>Gives it back.</summary>
    public void Dispose() => file.Dispose();
}
