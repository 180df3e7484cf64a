using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Pitr;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Engine.Storage;

namespace Mina.Backup.Engine.Drill;

/// <summary>What drills are made of.</summary>
/// <param name="Catalog">Finds backups.</param>
/// <param name="Verifier">Verifies them.</param>
/// <param name="Opener">Opens them.</param>
/// <param name="Tools">Finds PostgreSQL's programs.</param>
/// <param name="Branches">Makes branches.</param>
/// <param name="Stores">Opens archives.</param>
public sealed record DrillParts(BackupCatalog Catalog, BackupVerifier Verifier, BackupOpener Opener, ClientTools Tools, PitrBranches Branches, IBackupStoreFactory Stores);
