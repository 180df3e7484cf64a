using System.Security.Cryptography;


namespace Mina.Backup.Engine.Storage;

/// <summary>A file being written as NAME.partial, or under a name of its own when it will replace another.</summary>
internal sealed class StagedFile : StagedObject
{
    private const int AlreadyExists = 17;
    private readonly string folder;
    private readonly string partial;
    private readonly bool replace;
    private readonly FileStream file;
    private bool done;

    private StagedFile(string folder, string name, string partial, bool replace, FileStream file)
    {
        this.folder = folder;
        this.partial = partial;
        this.replace = replace;
        this.file = file;
        Name = name;
        Content = new StagedFileStream(file, Path.Combine(folder, name));
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override Stream Content { get; }

    private string FinalPath => Path.Combine(folder, Name);

    /// <summary>Creates the unfinished file; one that a dead run left under the same name gives way.</summary>
    public static StagedFile Create(string folder, string name, bool replace)
    {
        var final = Path.Combine(folder, name);
        var partial = replace
            ? $"{final}.{Guid.NewGuid():N}{DirectoryStore.PartialSuffix}"
            : final + DirectoryStore.PartialSuffix;
        if (!replace && Path.Exists(final))
        {
            throw StorageErrors.Exists(final, beingWritten: false);
        }

        if (File.Exists(partial) && !TryRemoveAbandoned(partial) && File.Exists(partial))
        {
            throw StorageErrors.Exists(final, beingWritten: true);
        }

        var file = CreateLocked(partial, final);
        try
        {
            // Between creation and lock somebody may have taken the file for an abandoned one: then the name is not ours.
            if (!IsNamed(file, partial))
            {
                throw StorageErrors.Exists(final, beingWritten: true);
            }

            // The other run may have finished between the first look and our lock.
            if (!replace && Path.Exists(final))
            {
                File.Delete(partial);
                throw StorageErrors.Exists(final, beingWritten: false);
            }

            return new StagedFile(folder, name, partial, replace, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Name of the object that an unfinished file was to become.</summary>
    public static string NameOf(string partial)
    {
        var name = partial[..^DirectoryStore.PartialSuffix.Length];
        var dot = name.LastIndexOf('.');
        return dot > 0 && Guid.TryParseExact(name.AsSpan(dot + 1), "N", out _) ? name[..dot] : name;
    }

    /// <summary>Removes an unfinished file unless a living run holds its lock. The lock is held while removing.</summary>
    public static bool TryRemoveAbandoned(string partial)
    {
        try
        {
            using (FileAccessRules.OpenLocked(partial))
            {
                if (!OperatingSystem.IsWindows())
                {
                    File.Delete(partial);
                    return true;
                }
            }

            // Windows cannot remove an open file; a run that opens it in this moment makes the removal fail instead.
            File.Delete(partial);
            return true;
        }
        catch (FileNotFoundException)
        {
            // Its run has just finished or removed it: nothing is left to sweep.
            return false;
        }
        catch (IOException e) when (StorageErrors.IsHeld(e))
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        if (done)
        {
            throw new InvalidOperationException($"The object {Name} was committed already.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        await Task.Run(() => StorageErrors.Translate(FinalPath, "written", Commit), CancellationToken.None).ConfigureAwait(false);
        await Content.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (!done)
        {
            done = true;
            if (!OperatingSystem.IsWindows())
            {
                // Under the lock, so that nobody takes the name meanwhile.
                StorageErrors.Translate(partial, "removed", Remove);
                await Content.DisposeAsync().ConfigureAwait(false);
                return;
            }

            await Content.DisposeAsync().ConfigureAwait(false);
            StorageErrors.Translate(partial, "removed", Remove);
        }
    }

    private static FileStream CreateLocked(string partial, string final)
    {
        try
        {
            return FileAccessRules.CreateLocked(partial);
        }
        catch (IOException e) when (StorageErrors.IsHeld(e) || StorageErrors.IsTaken(e))
        {
            throw StorageErrors.Exists(final, beingWritten: true, e);
        }
    }

    /// <summary>
    /// Whether the name leads to the file that is open. A time that nobody else would choose is set on the open file and looked for
    /// under the name: what the platform offers for telling files apart everywhere.
    /// </summary>
    private static bool IsNamed(FileStream file, string partial)
    {
        if (OperatingSystem.IsWindows())
        {
            // An open file cannot be removed there.
            return true;
        }

        var handle = file.SafeFileHandle;
        var original = File.GetLastWriteTimeUtc(handle);
        File.SetLastWriteTimeUtc(handle, DateTime.UnixEpoch.AddSeconds(RandomNumberGenerator.GetInt32(int.MaxValue)));
        var same = File.GetLastWriteTimeUtc(handle) == File.GetLastWriteTimeUtc(partial);
        File.SetLastWriteTimeUtc(handle, original);
        return same;
    }

    private bool Remove()
    {
        File.Delete(partial);
        return true;
    }

    private bool Commit()
    {
        file.Flush(flushToDisk: true);
        if (OperatingSystem.IsWindows())
        {
            // An open file cannot be renamed there.
            file.Dispose();
        }
        else
        {
            // From the rename on readers see it, who ask for a shared lock.
            UnixFiles.ShareLock(file.SafeFileHandle);
        }

        Rename();
        done = true;
        FolderSync.Flush(folder);
        return true;
    }

    private void Rename()
    {
        if (replace)
        {
            File.Move(partial, FinalPath, overwrite: true);
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Move();
            return;
        }

        if (UnixFiles.TryLink(partial, FinalPath, out var errorCode))
        {
            File.Delete(partial);
        }
        else if (errorCode == AlreadyExists)
        {
            throw StorageErrors.Exists(FinalPath, beingWritten: false);
        }
        else
        {
            // A file system without hard links; the move itself looks first whether the name is free.
            Move();
        }
    }

    private void Move()
    {
        try
        {
            File.Move(partial, FinalPath, overwrite: false);
        }
        catch (IOException e) when (File.Exists(FinalPath) && File.Exists(partial))
        {
            throw StorageErrors.Exists(FinalPath, beingWritten: false, e);
        }
    }
}
