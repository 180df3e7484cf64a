using Xunit.Sdk;
using Xunit.v3;

// Environment variables and load contexts belong to the process.
[assembly: Parallelization(Mode = ParallelMode.None)]
