using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Tests.Planning;

public sealed class InfeasibilityTests
{
    [Fact]
    public void Plan_ImpossibleConstraints_NamesTheSmallestSetsOfThemAndNoOthers()
    {
        int sets = 0;
        int numbers = 0;
        int several = 0;
        foreach ((Profile profile, Constraints constraints) in Impossible())
        {
            InfeasiblePlanException error = Assert.Throws<InfeasiblePlanException>(() => Planner.Plan(new PlanningRequest(profile) { Constraints = constraints }));
            Assert.Equal(ErrorKind.Planning, error.Kind);
            List<PlanOracle.Result> all = PlanOracle.All(profile);
            string[] expected = [.. SmallestSets(profile, constraints, all).Select(s => string.Join(' ', s)).Order()];
            string[] actual = [.. error.Relaxations.Select(w => string.Join(' ', w.Changes.Select(KeyOf).Order())).Order()];
            Assert.Equal(expected, actual);
            sets += expected.Length;

            foreach (Relaxation way in error.Relaxations)
            {
                List<PlanOracle.Result> then = PlanOracle.All(profile, null, way.ApplyTo(constraints));
                Assert.Contains(then, r => r.Plan == way.Plan.Plan);
                Assert.Equal(then.Min(r => r.Ms), way.Plan.Latency.Value, 1e-6);
                several += way.Changes.Length > 1 ? 1 : 0;
                foreach (RelaxationChange change in way.Changes)
                {
                    // Without this change, the others do not suffice.
                    Assert.Empty(PlanOracle.All(profile, null, (way with { Changes = way.Changes.Remove(change) }).ApplyTo(constraints)));
                    // Nor if this number is relaxed by less, in the steps in which numbers are printed.
                    if (change.Value is not { } value) continue;
                    RelaxationChange less = change with { Value = value - Step(change) };
                    Assert.Empty(PlanOracle.All(profile, null, (way with { Changes = way.Changes.Replace(change, less) }).ApplyTo(constraints)));
                    numbers++;
                }
            }
        }

        Assert.True(sets > 500 && numbers > 300 && several > 100, $"{sets} sets, {numbers} numbers and {several} sets of several were compared.");
    }

    [Fact]
    public void Plan_ImpossibleQuestionAboutAFleet_SaysWhatSufficesAndNoMore()
    {
        int ways = 0;
        for (int seed = 0; seed < 1200; seed++)
        {
            PlanningRequest request = RandomFleets.Request(seed, maxCuts: 3) with { WithPareto = false };
            if (WideOracle.All(request).Count > 0) continue;
            List<WideOracle.Result> all = WideOracle.All(request with { Constraints = Constraints.None });
            InfeasiblePlanException error = Assert.Throws<InfeasiblePlanException>(() => Planner.Plan(request));
            Assert.Equal(all.Count == 0, error.Relaxations.IsEmpty);
            foreach (Relaxation way in error.Relaxations)
            {
                List<WideOracle.Result> then = WideOracle.All(request with { Constraints = way.ApplyTo(request.Constraints) });
                Assert.Equal(then.Min(r => r.Score(request.Objective)), way.Plan.Score, 1e-6);
                foreach (RelaxationChange change in way.Changes)
                {
                    Assert.Empty(WideOracle.All(request with { Constraints = (way with { Changes = way.Changes.Remove(change) }).ApplyTo(request.Constraints) }));
                    if (change.Value is not { } value) continue;
                    RelaxationChange less = change with { Value = value - Step(change) };
                    Assert.Empty(WideOracle.All(request with { Constraints = (way with { Changes = way.Changes.Replace(change, less) }).ApplyTo(request.Constraints) }));
                }

                ways++;
            }
        }

        Assert.True(ways > 200, $"Only {ways} ways were compared.");
    }

    [Fact]
    public void Plan_LayerWhereItCannotBe_SaysWhatToLeaveOut()
    {
        Constraints constraints = new() { Placements = [new(0, Tier.Cloud), new(2, Tier.Device), new(1, Tier.Device, Must: false)], RequiredNodes = ["cloud"] };
        InfeasiblePlanException error = Assert.Throws<InfeasiblePlanException>(() => Planner.Plan(new PlanningRequest(SmallProfile.Create()) { Constraints = constraints }));
        Assert.Equal(
            "No plan satisfies the constraints: do not --place 2=device, or do not --require cloud and do not --place 0=cloud and do not --place 1!=device.",
            error.Message);
    }

    [Fact]
    public void Plan_TierComputesTooLong_NamesTheTimeAndTheShare()
    {
        PlanningRequest request = new(SmallProfile.Create());
        // c01 huffman:4 → cloud: decode 0.25 + tail 3; on the device 2 + 40 + 0.5 before it. Raw: 0.1 + 3, and 2 + 40 + 0.1.
        Assert.Equal(
            "No plan satisfies the constraints: allow --max-tier-time cloud=3.1ms, or do not --require-tier cloud.",
            Message(new() { RequiredTiers = [Tier.Cloud], MaxTierTime = [TierTimeLimit.Of(Tier.Cloud, new(3))] }));
        Assert.Equal(
            $"No plan satisfies the constraints: allow --max-tier-time cloud={Math.Ceiling(3.1 / 45.2 * 1e4) / 100}%, or do not --require-tier cloud.",
            Message(new() { RequiredTiers = [Tier.Cloud], MaxTierTime = [TierTimeLimit.OfShare(Tier.Cloud, 0.05)] }));

        string Message(Constraints constraints) => Assert.Throws<InfeasiblePlanException>(() => Planner.Plan(request with { Constraints = constraints })).Message;
    }

    [Fact]
    public void Plan_HundredsOfPlacements_AreOneObstacle()
    {
        Constraints constraints = new()
        {
            Placements = [.. Enumerable.Range(0, 3).SelectMany(_ => Enum.GetValues<Tier>().SelectMany(t => Enumerable.Range(0, 100).Select(l => new LayerPlacement(l % 3, t, l % 2 == 0))))],
            ForbiddenNodes = ["device"],
        };
        Profile profile = SmallProfile.Create();
        profile = profile with { Cuts = [.. profile.Cuts.Select((c, i) => c with { Layers = (i + 1) * 30 })], Layers = 100 };
        constraints = constraints with { Placements = [.. constraints.Placements.Select((p, i) => p with { Layer = i % 100 })] };
        InfeasiblePlanException error = Assert.Throws<InfeasiblePlanException>(() => Planner.Plan(new PlanningRequest(profile) { Constraints = constraints }));
        Assert.Equal("No plan satisfies the constraints: leave out all --place.", error.Message);
        Assert.NotEmpty(PlanOracle.All(profile, null, error.Relaxations[0].ApplyTo(constraints)));
    }

    // The steps in which numbers are printed, and a little.
    private static double Step(RelaxationChange change) => change.Constraint switch
    {
        RelaxableConstraint.MaxBytes or RelaxableConstraint.MaxTierBytes => 1,
        RelaxableConstraint.MaxLatency or RelaxableConstraint.MaxTierTime => 0.00101,
        _ => 0.000101,
    };

    private static IEnumerable<(Profile Profile, Constraints Constraints)> Impossible()
    {
        for (int seed = 0; seed < 1500; seed++)
        {
            Profile profile = RandomProfiles.Create(seed, maxCuts: 4, gaps: 0.05);
            if (seed % 3 == 0) profile = RandomProfiles.WithLayers(profile, seed);
            Constraints constraints = seed % 2 == 0 ? RandomProfiles.AllConstraints(seed, profile) : RandomProfiles.Constraints(seed, profile);
            if (PlanOracle.All(profile, null, constraints).Count == 0) yield return (profile, constraints);
        }
    }

    // By plain enumeration: what each plan breaks, and of these sets those that contain no other.
    private static List<ImmutableSortedSet<string>> SmallestSets(Profile profile, Constraints constraints, List<PlanOracle.Result> all)
    {
        (string Key, Constraints Only)[] atoms = [.. Atoms(constraints).DistinctBy(a => a.Key)];
        List<ImmutableSortedSet<string>> broken = [.. all
            .Select(r => ImmutableSortedSet.CreateRange(atoms.Where(a => !PlanOracle.Satisfies(r, profile, a.Only)).Select(a => a.Key)))
            .DistinctBy(s => string.Join(' ', s))];
        return [.. broken.Where(s => !broken.Any(o => o.IsProperSubsetOf(s)))];
    }

    private static IEnumerable<(string Key, Constraints Only)> Atoms(Constraints c)
    {
        if (c.MaxBytes is { } bytes) yield return ("MaxBytes", new() { MaxBytes = bytes });
        if (c.MaxLatency is { } latency) yield return ("MaxLatency", new() { MaxLatency = latency });
        if (c.MaxAccuracyLoss is { } loss) yield return ("MaxAccuracyLoss", new() { MaxAccuracyLoss = loss });
        if (c.KeepInputOnDevice) yield return ("KeepInputOnDevice", new() { KeepInputOnDevice = true });
        foreach (Tier tier in Enum.GetValues<Tier>())
        {
            if (c.Tiers?.Contains(tier) == false) yield return ($"Tiers:{tier}", new() { ForbiddenTiers = [tier] });
            if (c.MaxTierTime.Any(t => t.Tier == tier && t.Time is not null))
                yield return ($"MaxTierTime:{tier}", new() { MaxTierTime = [.. c.MaxTierTime.Where(t => t.Tier == tier && t.Time is not null)] });
            if (c.MaxTierTime.Any(t => t.Tier == tier && t.Share is not null))
                yield return ($"MaxTierShare:{tier}", new() { MaxTierTime = [.. c.MaxTierTime.Where(t => t.Tier == tier && t.Share is not null)] });
            if (c.MaxTierBytes.Any(t => t.Tier == tier)) yield return ($"MaxTierBytes:{tier}", new() { MaxTierBytes = [.. c.MaxTierBytes.Where(t => t.Tier == tier)] });
        }

        foreach (string node in c.ForbiddenNodes) yield return ($"ForbiddenNodes:{node}", new() { ForbiddenNodes = [node] });
        foreach (string node in c.RequiredNodes) yield return ($"RequiredNodes:{node}", new() { RequiredNodes = [node] });
        foreach (Tier tier in c.RequiredTiers) yield return ($"RequiredTiers:{tier}", new() { RequiredTiers = [tier] });
        foreach (Tier tier in c.ForbiddenTiers) yield return ($"ForbiddenTiers:{tier}", new() { ForbiddenTiers = [tier] });
        foreach (LayerPlacement placement in c.Placements) yield return ($"Placements:{placement}", new() { Placements = [placement] });
    }

    private static string KeyOf(RelaxationChange change) =>
        change.Constraint + ((change.Node ?? change.Placement?.ToString() ?? change.Tier?.ToString()) is { } what ? $":{what}" : "");
}
