namespace Mina.Backup.Engine.Tests.Scenarios;

/// <summary>Collection of all scenarios: they share a server, and two cores have enough with one of them at a time.</summary>
[CollectionDefinition("Scenarios")]
public sealed class ScenarioGroup : ICollectionFixture<ScenarioFixture>;
