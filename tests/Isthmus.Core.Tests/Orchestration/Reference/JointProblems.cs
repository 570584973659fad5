using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Orchestration;

namespace Isthmus.Core.Tests.Orchestration.Reference;

/// <summary>Invented problems of few users, small enough to try everything.</summary>
internal static class JointProblems
{
    public static Gen<JointProblem> Small { get; } =
        from nodes in Gen.Choose(0, 2)
        from users in Gen.Choose(1, 4)
        from all in Gen.ArrayOf(Users(nodes), users)
        from wanted in Gen.Frequency((1, Gen.Constant(-1)), (4, Gen.Choose(0, 100)))
        from price in Gen.Frequency((2, Gen.Constant(-1)), (1, Gen.Choose(0, 500)))
        select new JointProblem([.. Enumerable.Range(0, nodes).Select(n => $"n{n}")], [.. all.Select((u, i) => u with { Name = $"u{i}" })])
        {
            MinMeanAccuracy = wanted < 0 ? null : wanted / 100.0,
            MsPerMissingAccuracy = price < 0 ? null : price,
        };

    private static Gen<User> Users(int nodes) =>
        from count in Gen.Choose(1, 5)
        from options in Gen.ArrayOf(Options(nodes), count)
        from floor in Gen.Frequency((5, Gen.Constant(-1)), (1, Gen.Choose(0, 90)))
        select new User("", [.. options]) { MinAccuracy = floor < 0 ? null : floor / 100.0 };

    private static Gen<UserOption> Options(int nodes) =>
        from node in Gen.Choose(-1, nodes - 1)
        from first in Gen.Choose(0, 50)
        from steps in Gen.ArrayOf(Gen.Choose(0, 30), 3)
        from accuracy in Gen.Choose(0, 20)
        select new UserOption("", node, steps.Aggregate(ImmutableArray.Create((double)first), (ms, step) => ms.Add(ms[^1] + step)), accuracy / 20.0);
}
