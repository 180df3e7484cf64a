namespace Mina.Backup.Model;

/// <summary>How the restored content came into the target's place.</summary>
public enum RestoreMethod
{
    /// <summary>The database did not exist; the proven copy took its name.</summary>
    Created,

    /// <summary>The proven copy took the live database's name, which was set aside.</summary>
    Swapped,

    /// <summary>The content was replaced within one transaction.</summary>
    InPlace,

    /// <summary>The live database was dropped before loading, after a verified safety backup.</summary>
    DroppedFirst,

    /// <summary>Single tables were restored beside what is there.</summary>
    Tables,
}
