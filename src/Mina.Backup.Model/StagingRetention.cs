namespace Mina.Backup.Model;

/// <summary>When a drill leaves what it restored for inspection.</summary>
public enum StagingRetention
{
    /// <summary>Never.</summary>
    Never,

    /// <summary>When the drill did not pass.</summary>
    OnFailure,

    /// <summary>Always.</summary>
    Always,
}
