using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Engine.Tests.Support;

namespace Mina.Backup.Engine.Tests.Restore;

public sealed class ServerDiskTests(ClusterFixture clusters)
{
    [Fact]
    public async Task This_machine_is_known_by_each_of_its_addresses()
    {
        var own = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .Where(address => address.AddressFamily == AddressFamily.InterNetwork);
        foreach (var address in own.Append(IPAddress.Loopback).Append(IPAddress.IPv6Loopback))
        {
            Assert.Equal(true, await LocalMachine.IsHostOfAsync(Host(address.ToString()), RestoreScene.Token));
        }

        Assert.Equal(true, await LocalMachine.IsHostOfAsync(Host("/run/postgresql"), RestoreScene.Token));
        Assert.Equal(true, await LocalMachine.IsHostOfAsync(Host("localhost"), RestoreScene.Token));
        Assert.Equal(false, await LocalMachine.IsHostOfAsync(Host("192.0.2.1"), RestoreScene.Token));
        Assert.Null(await LocalMachine.IsHostOfAsync(Host("no-such-host.invalid"), RestoreScene.Token));
    }

    [Fact]
    public void Folders_of_one_disk_are_told_from_those_of_another()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "There is no second file system here.");
        using var machine = new TestMachine();
        var folder = DiskIdentity.Of(machine.Root)!;

        Assert.True(folder.IsSameAs(DiskIdentity.Of(machine.BackupDirectory)!));
        Assert.False(folder.IsSameAs(DiskIdentity.Of("/dev/shm")!));
    }

    [Fact]
    public async Task A_place_beside_a_tablespace_is_not_apart()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "There is no second file system here.");
        var cluster = await clusters.ClusterAsync();
        await using var database = await clusters.CreateDatabaseAsync();
        await using var session = await database.OpenAsync();
        var disk = new ServerDisk(database.Target);
        var place = Path.Combine("/dev/shm", Path.GetRandomFileName());

        Assert.Null(await disk.WhyNotApartAsync(place, session, RestoreScene.Token));
        Assert.Contains("same disk", await disk.WhyNotApartAsync(Path.GetDirectoryName(cluster.DataDirectory)!, session, RestoreScene.Token), StringComparison.Ordinal);
        Assert.Contains("cannot be told", await new ServerDisk(Host("no-such-host.invalid")).WhyNotApartAsync(place, session, RestoreScene.Token), StringComparison.Ordinal);

        var tablespace = Directory.CreateDirectory(place).FullName;
        try
        {
            if (Environment.IsPrivilegedProcess)
            {
                using var chown = System.Diagnostics.Process.Start("chown", ["--reference", cluster.DataDirectory, tablespace]);
                await chown.WaitForExitAsync(RestoreScene.Token);
            }

            await database.ExecuteAsync($"CREATE TABLESPACE beside LOCATION '{tablespace}'");
            Assert.Contains("same disk", await disk.WhyNotApartAsync(place + "_backups", session, RestoreScene.Token), StringComparison.Ordinal);
        }
        finally
        {
            await database.ExecuteAsync("DROP TABLESPACE IF EXISTS beside");
            Directory.Delete(tablespace, recursive: true);
        }
    }

    private static ConnectionTarget Host(string host) => new() { Host = host, Database = "d", Username = "u" };
}
