using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Menus;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Tests.Planning;

namespace Isthmus.Core.Tests.Orchestration.Menus;

public sealed class PlanMenuTests
{
    // Many enough that nothing is left out.
    private static readonly PlanMenuOptions All = new() { PerPlace = 100, Contention = [1, 3], Slower = [1, 5] };

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Of_RandomProfiles_HasTheBestPlanOfEveryPlaceInEverySituation(int seed)
    {
        Profile profile = RandomProfiles.Create(seed);
        ImmutableArray<string> nodes = [.. profile.Nodes.Where(n => n.Tier != Tier.Device).Select(n => n.Name)];
        PlanningRequest request = new(profile);
        if (IsImpossible(request, nodes)) return;
        ImmutableArray<PlannedAction> menu = PlanMenu.Of(request, nodes, All);
        new ActionSpace(nodes, [new("u", [.. menu.Select(m => m.Action)])]).Validate();
        string[] devices = [.. profile.Nodes.Where(n => n.Tier == Tier.Device).Select(n => n.Name)];
        for (int place = -1; place < nodes.Length; place++)
        {
            foreach (double contention in place < 0 ? [1.0] : All.Contention)
            {
                foreach (double slower in place < 0 ? [1.0] : All.Slower)
                {
                    PlanningRequest at = request with
                    {
                        Space = new() { Nodes = place < 0 ? [.. devices] : [.. devices, nodes[place]] },
                        Constraints = place < 0 ? Constraints.None : Constraints.None with { RequiredNodes = [nodes[place]] },
                        Ratios = place < 0 ? [] : [new(nodes[place], contention)],
                        Links = [.. profile.Links.Select(l => l with { Bandwidth = new(l.Bandwidth.Value / slower) })],
                        WithPareto = false,
                    };
                    PlannedAction[] here = [.. menu.Where(m => m.Action.Node == place)];
                    Assert.All(here, m => Assert.Equal(place < 0, m.Plan.Segments.All(s => devices.Contains(s.Node))));
                    foreach (double floor in here.Select(h => h.Action.Accuracy).Distinct())
                    {
                        RankedPlan best = Planner.Best(at with { Constraints = at.Constraints with { MaxAccuracyLoss = Math.Max(0, 1 - floor) } })!;
                        CostModel model = CostModel.Of(at);
                        double chosen = here.Where(h => h.Action.Accuracy >= floor - 1e-9).Min(h => model.Cost(h.Plan).Total.Value);
                        Assert.Equal(best.Latency.Value, chosen, 1e-6 * best.Latency.Value);
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Of_RandomProfiles_WorkAndLinkAddUpToThePlansTime(int seed)
    {
        Profile profile = RandomProfiles.Create(seed, maxEdges: 1, maxClouds: 0);
        ImmutableArray<string> nodes = [.. profile.Nodes.Where(n => n.Tier == Tier.Edge).Select(n => n.Name)];
        PlanningRequest request = new(profile);
        if (IsImpossible(request, nodes)) return;
        CostModel model = CostModel.Of(request);
        foreach (PlannedAction planned in PlanMenu.Of(request, nodes))
        {
            PlanCost cost = model.Cost(planned.Plan);
            Assert.Equal(cost.Total.Value - cost.Send.Value - cost.Return.Value - cost.Forward.Value, planned.Action.DeviceMs + planned.Action.NodeMs, 1e-6);
            Assert.Equal(planned.Action.Node < 0 ? 0 : cost.BytesFromDevice.Value, planned.Action.Bytes);
        }
    }

    // In some random profiles so little was measured that nothing on the device, or on it and one node, can be planned; then that is what is said.
    private static bool IsImpossible(PlanningRequest request, ImmutableArray<string> nodes)
    {
        string[] devices = [.. request.Profile.Nodes.Where(n => n.Tier == Tier.Device).Select(n => n.Name)];
        if (nodes.Select(n => (ImmutableArray<string>)[.. devices, n]).Append([.. devices]).Any(n => Planner.Best(request with { Space = new() { Nodes = n } }) is not null)) return false;
        Assert.Equal(ErrorKind.Planning, Assert.Throws<IsthmusException>(() => PlanMenu.Of(request, nodes, All)).Kind);
        return true;
    }

    [Fact]
    public void Of_FewPerPlace_KeepsTheFastestAndTheMostAccurate()
    {
        Profile profile = RandomProfiles.Create(7);
        ImmutableArray<string> nodes = [.. profile.Nodes.Where(n => n.Tier != Tier.Device).Select(n => n.Name)];
        ImmutableArray<PlannedAction> all = PlanMenu.Of(new(profile), nodes, All), few = PlanMenu.Of(new(profile), nodes, All with { PerPlace = 2 });
        Assert.All(few.GroupBy(f => f.Action.Node), g => Assert.InRange(g.Count(), 1, 2));
        foreach (IGrouping<int, PlannedAction> place in all.GroupBy(a => a.Action.Node))
            Assert.Equal(place.Max(a => a.Action.Accuracy), few.Where(f => f.Action.Node == place.Key).Max(f => f.Action.Accuracy), 6);
    }

    [Fact]
    public void Of_NodesThatAreNotThere_AreNotUsed() =>
        Assert.All(PlanMenu.Of(new(SmallProfile.Create()), ["nowhere"]), m => Assert.Equal(UserAction.Own, m.Action.Node));

    [Fact]
    public void Of_OptionsThatMakeNoSense_AreRefused()
    {
        PlanMenuOptions[] wrong = [new() { PerPlace = 0 }, new() { Accuracy = 2 }, new() { Contention = [] }, new() { Contention = [0.5] }, new() { Slower = [0] }, new() { Slower = [double.NaN] }];
        Assert.All(wrong, o => Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => PlanMenu.Of(new(RandomProfiles.Create(1)), [], o)).Kind));
    }
}
