using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Errors;
using Isthmus.Runtime.Orchestrating;

namespace Isthmus.Node.Tests.Orchestrating;

public sealed class FleetOrchestratorTests
{
    // What the edge takes of a request that is served alone, with the link that is assumed.
    private const double EdgeMs = 22.08;

    private static void TeachFourUsers(FleetFixture fleet)
    {
        foreach (string user in new[] { "a", "b", "c", "d" }) fleet.Register(user);
        fleet.Pass();
    }

    [Fact]
    public void Register_NothingDecidedYet_TheSafeActionIsTheAnswer()
    {
        using FleetFixture fleet = new();
        // Fast and at home.
        Assert.Equal(1, fleet.Register("a").Action);
        Assert.Equal(0, fleet.Register("b", FleetFixture.Menu() with { MinAccuracy = 0.8 }).Action);
        Assert.Null(fleet.Register("c", new([new("edge", "edge", 1, 1, 1, 1)])).Action);
    }

    [Fact]
    public void Ask_AfterATick_IsWhatTheLearnerDecidedForAllTogether()
    {
        using FleetFixture fleet = new(o => o with { Goal = new(0.9) });
        TeachFourUsers(fleet);
        string?[] actions = [.. "abcd".Select(u => fleet.Asked(u.ToString()))];
        Assert.DoesNotContain("small", actions);
        // Nobody has a node for himself that two would be worse off to share, and nobody waits where home is faster.
        Assert.InRange(actions.Count(a => a == "edge"), 1, 3);
        Assert.InRange(actions.Count(a => a == "cloud"), 1, 2);
        OrchestratorState state = fleet.Fleet.State();
        Assert.Equal((1, 0.9), (state.Version, state.MeanAccuracy!.Value));
    }

    [Fact]
    public void Ask_UnknownUserOrOtherMenu_SaysThatItMustRegister()
    {
        using FleetFixture fleet = new();
        Assert.Equal(404, Assert.Throws<NodeRefusal>(() => fleet.Ask("a")).Status);
        fleet.Register("a");
        Assert.Equal(409, Assert.Throws<NodeRefusal>(() => fleet.Ask("a", FleetFixture.Menu(21))).Status);
    }

    [Fact]
    public void Report_TheEdgeIsSlowForAll_TheyAreSentElsewhere()
    {
        using FleetFixture fleet = new();
        fleet.Register("a", FleetFixture.Menu() with { MinAccuracy = 0.8 });
        fleet.Pass();
        string menu = fleet.User("a").Menu;
        Assert.Equal("edge", fleet.User("a").Action);
        for (int i = 0; i < 12; i++)
        {
            fleet.Fleet.Report("a", new(menu, 2, 900));
            fleet.Pass();
        }

        Assert.Equal("cloud", fleet.User("a").Action);
    }

    [Fact]
    public void Tick_AUserVanishes_ItExpiresAndItsShareIsFreed()
    {
        using FleetFixture fleet = new(o => o with { Goal = new(0.9) });
        TeachFourUsers(fleet);
        Assert.Contains("cloud", "abcd".Select(u => fleet.Asked(u.ToString())).ToArray());
        for (int i = 0; i < 80; i++)
        {
            fleet.Ask("d");
            fleet.Pass();
        }

        OrchestratorState state = fleet.Fleet.State();
        Assert.Equal(["d"], state.Users.Select(u => u.Name));
        Assert.Equal("edge", fleet.Asked("d"));
        Assert.Equal(2, state.Version);
        Assert.Equal(404, Assert.Throws<NodeRefusal>(() => fleet.Ask("a")).Status);
    }

    [Fact]
    public void Register_AUserComesBack_WhatWasLearnedOfItAndOthersIsStillKnown()
    {
        using FleetFixture fleet = new();
        UserRegistration menu = FleetFixture.Menu() with { MinAccuracy = 0.8 };
        fleet.Register("a", menu);
        fleet.Pass();
        for (int i = 0; i < 12; i++)
        {
            fleet.Fleet.Report("a", new(menu.MenuId(), 2, 900));
            fleet.Pass();
        }

        fleet.Fleet.Leave("a");
        fleet.Pass();
        Assert.Empty(fleet.Fleet.State().Users);
        fleet.Register("b");
        fleet.Pass();
        fleet.Register("a", menu);
        fleet.Pass();
        Assert.Equal("cloud", fleet.User("a").Action);
        Assert.Equal(3, fleet.Fleet.State().Version);
    }

    [Fact]
    public void ReportNode_ANodeGoesSilent_ItIsNotUsedAfterTheStatedTimeAndComesBack()
    {
        using FleetFixture fleet = new(o => o with { NodeSilence = TimeSpan.FromSeconds(3), Goal = new(0.9) });
        fleet.Fleet.ReportNode("edge", FleetFixture.Report());
        fleet.Register("a");
        fleet.Pass();
        Assert.Equal("edge", fleet.Asked("a"));
        fleet.Pass(2700);
        Assert.Equal("edge", fleet.Asked("a"));
        fleet.Pass(400);
        Assert.Equal("silent", fleet.Node("edge").Status);
        Assert.Equal("cloud", fleet.Asked("a"));
        fleet.Fleet.ReportNode("edge", FleetFixture.Report());
        fleet.Pass();
        Assert.Equal("edge", fleet.Asked("a"));
    }

    [Fact]
    public void ReportNode_TheWallClockJumps_NothingChanges()
    {
        using FleetFixture fleet = new(o => o with { Goal = new(0.9) });
        fleet.Fleet.ReportNode("edge", FleetFixture.Report());
        fleet.Register("a");
        fleet.Pass();
        OrchestratorState before = fleet.Fleet.State();
        foreach (double days in new[] { 1, -400, 36_500, -36_000 })
        {
            fleet.Clock.Jump(TimeSpan.FromDays(days));
            fleet.Pass(0);
            OrchestratorState state = fleet.Fleet.State();
            Assert.Equal((before.Version, before.Decisions), (state.Version, state.Decisions));
            Assert.Equal("reports", Assert.Single(state.Nodes, n => n.Name == "edge").Status);
            Assert.Equal("edge", fleet.Asked("a"));
        }
    }

    [Fact]
    public void Report_ANodeSaysThatItIsIdleAndUsersMeasureOtherwise_ItIsDoubtedAndNotBelieved()
    {
        using FleetFixture fleet = new();
        string[] users = ["a", "b", "c"];
        foreach (string user in users) fleet.Register(user, FleetFixture.Menu() with { MinAccuracy = 0.8 });
        string menu = (FleetFixture.Menu() with { MinAccuracy = 0.8 }).MenuId();
        for (int i = 0; i < 8; i++)
        {
            fleet.Fleet.ReportNode("edge", FleetFixture.Report(cpu: 1));
            foreach (string user in users) fleet.Fleet.Report(user, new(menu, 2, EdgeMs * 12));
            fleet.Pass();
        }

        OrchestratedNode node = fleet.Node("edge");
        Assert.True(node.Doubted);
        Assert.Equal(1, node.Cpu);
        Assert.InRange(node.CpuBelieved, 0.1, 0.5);
        Assert.True(fleet.Fleet.ReportNode("edge", FleetFixture.Report()).Doubted);
        // What is not used any more is tried again some time: measurements age.
        fleet.Clock.Advance(61_000);
        Assert.False(fleet.Fleet.ReportNode("edge", FleetFixture.Report()).Doubted);
    }

    [Fact]
    public void Report_OneUserLiesAboutANode_TheOthersOutvoteIt()
    {
        using FleetFixture fleet = new();
        string[] users = ["a", "b", "c"];
        foreach (string user in users) fleet.Register(user);
        for (int i = 0; i < 30; i++)
        {
            fleet.Fleet.ReportNode("edge", FleetFixture.Report(cpu: 1));
            foreach (string user in users) fleet.Outcome(user, 2, user == "a" ? 60_000 : 40);
            fleet.Pass();
        }

        Assert.False(fleet.Node("edge").Doubted);
        Assert.Equal(1, fleet.Node("edge").MeasuredOverExpected);
    }

    [Fact]
    public void ReportNode_TwoNodesOfOneName_TheSecondIsRefusedWhileTheFirstReports()
    {
        using FleetFixture fleet = new();
        fleet.Fleet.ReportNode("edge", FleetFixture.Report());
        Assert.Equal(409, Assert.Throws<NodeRefusal>(() => fleet.Fleet.ReportNode("edge", FleetFixture.Report(url: "http://10.0.0.2:8500"))).Status);
        fleet.Clock.Advance(5000);
        fleet.Fleet.ReportNode("edge", FleetFixture.Report(url: "http://10.0.0.2:8500"));
    }

    [Fact]
    public void Ask_TenTimesOverload_EverybodyGetsTheSameShareOfTheNodeAndNobodyWaits()
    {
        // Only the edge, and home; home is slower than even a crowded edge, so that all are sent there.
        UserRegistration menu = new([new("own", null, 60_000, 0, 0, 0.9), new("edge", "edge", 0, 100, 100, 0.9)]);
        using FleetFixture fleet = new();
        string[] users = [.. Enumerable.Range(0, 9).Select(i => $"u{i}")];
        foreach (string user in users) fleet.Register(user, menu);
        Dictionary<string, int> through = users.ToDictionary(u => u, _ => 0);
        // 9 users of 10 requests a second of 100 ms each: 9 s of computing a second; the node gives out 0.9.
        const int Steps = 200, PerStep = 2;
        for (int i = 0; i < Steps; i++)
        {
            foreach (string user in users)
            {
                for (int n = 0; n < PerStep; n++)
                {
                    PlanAdvice advice = fleet.Ask(user, menu);
                    Assert.NotNull(advice.Action);
                    if (i >= Steps / 2 && !advice.Shed) through[user]++;
                    Assert.Equal(advice.Shed, advice.Action == 0 && fleet.User(user).Action == "edge");
                }
            }

            fleet.Pass();
        }

        // A tenth of a hundred steps of two questions.
        Assert.All(through.Values, n => Assert.InRange(n, 18, 22));
        Assert.InRange(fleet.Node("edge").Demand, 9, 11);
    }

    [Fact]
    public void Ask_OneUserFloods_TheOthersLoseNothing()
    {
        UserRegistration menu = new([new("own", null, 60_000, 0, 0, 0.9), new("edge", "edge", 0, 100, 100, 0.9)]);
        using FleetFixture fleet = new(o => o with { MaxPerSecond = 500 });
        foreach (string user in new[] { "a", "b", "flood" }) fleet.Register(user, menu);
        int refused = 0, shed = 0;
        for (int i = 0; i < 100; i++)
        {
            if (i % 5 == 0)
            {
                foreach (string user in new[] { "a", "b" })
                {
                    if (fleet.Ask(user, menu).Shed) shed++;
                }
            }

            for (int n = 0; n < 300; n++)
            {
                try
                {
                    fleet.Ask("flood", menu);
                }
                catch (NodeRefusal e)
                {
                    Assert.Equal(429, e.Status);
                    refused++;
                }
            }

            fleet.Pass();
        }

        Assert.Equal(0, shed);
        Assert.InRange(refused, 15_000, 30_000);
    }

    [Fact]
    public void Register_AnAccuracyThatNoActionHas_IsRefusedAndSaysWhich()
    {
        using FleetFixture fleet = new();
        IsthmusException error = Assert.Throws<IsthmusException>(() => fleet.Register("a", FleetFixture.Menu() with { MinAccuracy = 0.95 }));
        Assert.Contains("0.95", error.Message, StringComparison.Ordinal);
        Assert.Contains("0.9", error.Message, StringComparison.Ordinal);
        Assert.Empty(fleet.Fleet.State().Users);
    }

    [Fact]
    public void Ask_AMeanAccuracyThatMenusCannotGive_TheAnswerSaysWhichWishesContradict()
    {
        using FleetFixture fleet = new(o => o with { Goal = new(0.95) });
        fleet.Register("a");
        fleet.Pass();
        PlanAdvice advice = fleet.Ask("a");
        Assert.Contains("0.95", advice.Conflict, StringComparison.Ordinal);
        Assert.Contains("0.9", advice.Conflict, StringComparison.Ordinal);
        Assert.Equal(0.9, FleetFixture.Menu().Actions[advice.Action!.Value].Accuracy);
    }

    [Fact]
    public void Register_MoreNodesThanCanBeShared_IsRefusedByName()
    {
        using FleetFixture fleet = new();
        UserRegistration Using(int from) => new([.. Enumerable.Range(from, 5).Select(i => new OfferedAction($"n{i}", $"n{i}", 1, 1, 1, 1))]);
        fleet.Register("a", Using(0));
        Assert.Contains("n9", Assert.Throws<NodeRefusal>(() => fleet.Register("b", Using(5))).Message, StringComparison.Ordinal);
        fleet.Register("b", Using(2));
        // Who leaves makes room.
        fleet.Fleet.Leave("a");
        fleet.Register("c", Using(3));
    }

    [Fact]
    public void Crash_AfterAPolicyWasWritten_ItGoesOnWithoutRelearning()
    {
        using FleetFixture fleet = new();
        UserRegistration menu = FleetFixture.Menu() with { MinAccuracy = 0.8 };
        fleet.Register("a", menu);
        fleet.Pass();
        for (int i = 0; i < 60; i++)
        {
            fleet.Fleet.Report("a", new(menu.MenuId(), 2, 900));
            fleet.Pass();
        }

        Assert.Equal("cloud", fleet.User("a").Action);
        Assert.NotNull(fleet.Fleet.Policy);
        fleet.Crash();
        Assert.Equal("policy-00000001.json", fleet.Fleet.Policy);
        // It never noticed, and asks on; the answer is there before the first tick.
        Assert.Equal(3, fleet.Fleet.Ask("a", new(menu.MenuId())).Action);
        fleet.Pass();
        Assert.Equal("cloud", fleet.User("a").Action);
        Assert.True(fleet.Fleet.State().Version > 1);
    }

    [Fact]
    public void Crash_TheNewestPolicyIsCorrupt_ItIsRefusedByNameAndTheOneBeforeUsed()
    {
        using FleetFixture fleet = new();
        fleet.Register("a");
        fleet.Pass();
        fleet.Fleet.Save();
        fleet.Register("b");
        fleet.Pass();
        fleet.Fleet.Save();
        string newest = Path.Combine(fleet.Folder, "policy-00000002.json");
        File.WriteAllText(newest, File.ReadAllText(newest).Replace("\"b\"", "\"x\"", StringComparison.Ordinal));
        fleet.Crash();
        Assert.Equal("policy-00000001.json", fleet.Fleet.Policy);
        Assert.Contains("policy-00000002.json", Assert.Single(fleet.Fleet.RefusedPolicies), StringComparison.Ordinal);
        Assert.Equal(["a"], fleet.Fleet.State().Users.Select(u => u.Name));
        Assert.True(File.Exists(newest));
    }

    [Fact]
    public void Register_MenusOfAnyForm_AreRefusedOrServed() => Prop.ForAll(Menus().ToArbitrary(), menu =>
    {
        using FleetFixture fleet = new(o => o with { PolicyFolder = null });
        try
        {
            fleet.Register("a", menu);
        }
        catch (IsthmusException e)
        {
            return e.Kind is ErrorKind.Data or ErrorKind.Planning or ErrorKind.Node && fleet.Fleet.State().Users.IsEmpty;
        }

        fleet.Pass();
        return fleet.Ask("a", menu) is var advice && (advice.Action is null ? menu.Safe() < 0 : advice.Action >= 0 && advice.Action < menu.Actions.Length);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static Gen<UserRegistration> Menus()
    {
        Gen<double> number = Gen.Frequency((8, Gen.Choose(0, 1000).Select(i => i / 10.0)), (1, Gen.Elements(-1, double.NaN, double.PositiveInfinity, 1e300, double.MaxValue, double.Epsilon)));
        Gen<double> share = Gen.Frequency((9, Gen.Choose(0, 100).Select(i => i / 100.0)), (1, Gen.Elements(-0.1, 1.1, double.NaN)));
        Gen<string> name = Gen.Frequency((9, Gen.Choose(0, 20).Select(i => $"a{i}")), (1, Gen.Elements("", "\n", new string('x', 300), null!, "\ud800")));
        Gen<string?> node = Gen.Frequency((5, Gen.Constant<string?>(null)), (5, Gen.Choose(0, 9).Select(i => (string?)$"n{i}")), (1, Gen.Elements<string?>("", "a/b", "\r", new string('n', 65))));
        Gen<OfferedAction> action = from n in name from at in node from device in number from bytes in number from ms in number from accuracy in share select new OfferedAction(n, at, device, bytes, ms, accuracy);
        return
            from actions in Gen.ArrayOf(action)
            from floor in Gen.Frequency((3, Gen.Constant<double?>(null)), (1, share.Select(s => (double?)s)))
            select new UserRegistration([.. actions.Take(70)]) { MinAccuracy = floor };
    }
}
