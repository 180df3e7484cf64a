namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>Measures what a branch takes on the disk.</summary>
internal static class BranchSize
{
    /// <summary>Bytes of all files below a folder; links are not followed, and files that go meanwhile not counted.</summary>
    public static long Measure(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
        return new DirectoryInfo(folder).EnumerateFiles("*", options).Sum(file =>
        {
            try
            {
                return file.Length;
            }
            catch (FileNotFoundException)
            {
                return 0;
            }
        });
    }
}
