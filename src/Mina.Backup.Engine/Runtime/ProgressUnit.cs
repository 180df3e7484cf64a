namespace Mina.Backup.Engine.Runtime;

/// <summary>What a run's progress counts.</summary>
public enum ProgressUnit
{
    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>Rows.</summary>
    Rows,
}
