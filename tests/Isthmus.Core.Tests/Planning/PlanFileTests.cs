using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Tests.Planning;

public sealed class PlanFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("isthmus-plan-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Parse_EveryPlanOfRandomProfiles_ComesBackAsItWas()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            foreach (Plan plan in PlanOracle.All(RandomProfiles.Create(seed, maxCuts: 2)).Select(r => r.Plan).Take(50))
                Assert.Equal(plan, PlanFile.Parse(PlanFile.Serialize(plan)));
        }
    }

    [Fact]
    public void Load_PlanOfTheProfile_FitsIt()
    {
        ProfileIndex index = ProfileIndex.Of(SmallProfile.Create());
        Plan plan = Planner.Plan(new PlanningRequest(index)).Winner.Plan;
        string path = Path.Combine(_folder, "plan.json");
        PlanFile.Save(path, plan);
        Assert.Equal(plan, PlanFile.Load(path, index));
        Assert.Equal(plan, PlanFile.Load(path, index.Profile.Model, ["c00", "c01"]));
    }

    [Fact]
    public void Load_ThatDoesNotFit_IsRefused()
    {
        ProfileIndex index = ProfileIndex.Of(SmallProfile.Create());
        Plan plan = Planner.Plan(new PlanningRequest(index)).Winner.Plan;
        Refused(plan with { Model = ModelHash.Of("other"u8) });
        Refused(plan with { Segments = [plan.Segments[0], plan.Segments[1] with { Node = "mars" }] });
        Refused(plan with { Segments = [plan.Segments[0], plan.Segments[1] with { Tier = Tier.Edge }] });
        Refused(plan with { Segments = [plan.Segments[0] with { To = "c77" }, plan.Segments[1] with { From = "c77" }] });

        string path = Path.Combine(_folder, "plan.json");
        PlanFile.Save(path, plan);
        Assert.Throws<IsthmusException>(() => PlanFile.Load(path, ModelHash.Of("other"u8), ["c00", "c01"]));
        Assert.Throws<IsthmusException>(() => PlanFile.Load(path, plan.Model, ["c00"]));

        void Refused(Plan other)
        {
            string file = Path.Combine(_folder, "other.json");
            PlanFile.Save(file, other);
            Assert.Equal(ErrorKind.Planning, Assert.Throws<IsthmusException>(() => PlanFile.Load(file, index)).Kind);
        }
    }

    public static TheoryData<string> BrokenPlans => [.. Broken().Select(b => b.What)];

    [Theory]
    [MemberData(nameof(BrokenPlans))]
    public void Check_BrokenForm_IsRefused(string what)
    {
        Plan plan = Broken().Single(b => b.What == what).Plan;
        Assert.Equal(ErrorKind.Planning, Assert.Throws<IsthmusException>(() => PlanRules.Check(plan)).Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"version\":1}")]
    [InlineData("""{"version":1,"model":"00","input":"local","segments":[]}""")]
    [InlineData("""{"version":1,"model":"0000000000000000000000000000000000000000000000000000000000000000","input":"local","segments":[]}""")]
    [InlineData("""{"version":1,"model":"0000000000000000000000000000000000000000000000000000000000000000","input":"local","segments":[null]}""")]
    [InlineData("""{"version":1,"model":"0000000000000000000000000000000000000000000000000000000000000000","input":"local","segments":null}""")]
    [InlineData("""{"version":9,"model":"0000000000000000000000000000000000000000000000000000000000000000","input":"local","segments":[{"node":"a","tier":"device","from":null,"to":null,"codec":null}]}""")]
    [InlineData("""{"version":1,"model":"0000000000000000000000000000000000000000000000000000000000000000","input":"local","segments":[{"node":"a","tier":9,"from":null,"to":null,"codec":null}]}""")]
    [InlineData("""{"version":1,"model":"0000000000000000000000000000000000000000000000000000000000000000","input":"local","segments":[{"node":null,"tier":"device","from":null,"to":null,"codec":null}]}""")]
    public void Parse_HostileText_IsRefused(string json) => Assert.Throws<IsthmusException>(() => PlanFile.Parse(json));

    private static IEnumerable<(string What, Plan Plan)> Broken()
    {
        ModelHash model = ModelHash.Of("m"u8);
        PlacedSegment whole = new("device", Tier.Device, null, null, null);
        PlacedSegment head = new("device", Tier.Device, null, "c00", CodecSpec.Raw);
        PlacedSegment tail = new("cloud", Tier.Cloud, "c00", null, null);
        yield return ("no segments", new(model, InputEncoding.Local, []));
        yield return ("default segments", new(model, InputEncoding.Local, default));
        yield return ("input crosses to the device", new(model, InputEncoding.File, [whole]));
        yield return ("input does not cross to the edge", new(model, InputEncoding.Local, [whole with { Tier = Tier.Edge }]));
        yield return ("no output", new(model, InputEncoding.Local, [head]));
        yield return ("no input", new(model, InputEncoding.File, [tail]));
        yield return ("gap", new(model, InputEncoding.Local, [head, tail with { From = "c01" }]));
        yield return ("no codec", new(model, InputEncoding.Local, [head with { Codec = null }, tail]));
        yield return ("codec at the output", new(model, InputEncoding.Local, [head, tail with { Codec = CodecSpec.Raw }]));
        yield return ("inwards", new(model, InputEncoding.File, [head with { Tier = Tier.Cloud }, tail with { Tier = Tier.Edge }]));
        yield return ("same tier", new(model, InputEncoding.Local, [head, tail with { Tier = Tier.Device }]));
        yield return ("four segments", new(model, InputEncoding.Local, [.. Enumerable.Repeat(head, 4)]));
        yield return ("nameless node", new(model, InputEncoding.Local, [whole with { Node = " " }]));
        yield return ("null segment", new(model, InputEncoding.Local, ImmutableArray.Create<PlacedSegment>([null!])));
    }
}
