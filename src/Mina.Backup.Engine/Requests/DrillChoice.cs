namespace Mina.Backup.Engine.Requests;

/// <summary>Which of the backups is drilled.</summary>
public enum DrillChoice
{
    /// <summary>Any, by the seed.</summary>
    Random,

    /// <summary>The newest.</summary>
    Newest,

    /// <summary>The oldest.</summary>
    Oldest,
}
