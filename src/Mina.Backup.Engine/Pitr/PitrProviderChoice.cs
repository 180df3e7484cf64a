using Mina.Backup.Engine.Pitr.Neon;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr;

/// <summary>Whose branches are meant where nobody says so.</summary>
internal static class PitrProviderChoice
{
    /// <summary>The provider given; this machine where an archive was given; Neon where its variables are set; else this machine.</summary>
    public static PitrProvider Resolve(PitrProvider? given, string? archive, HostEnvironment environment) =>
        given ?? (archive is null && NeonAccess.IsConfigured(environment) ? PitrProvider.Neon : PitrProvider.Local);
}
