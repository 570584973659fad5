using System.Collections.Concurrent;
using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Classification;
using Isthmus.Runtime.Orchestrating;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Tests.Orchestrating;

/// <summary>Carries plans out by saying so: everything is ready once it was asked for, and takes what a test says.</summary>
internal sealed class TestCarrier : IPlanCarrier
{
    private readonly ConcurrentDictionary<Plan, bool> _ready = new();

    public static ModelHash Model { get; } = ModelHash.Of([1, 2, 3]);

    public static ImmutableArray<Plan> Plans { get; } =
    [
        new(Model, InputEncoding.Local, [new("device", Tier.Device, null, null, null)]),
        new(Model, InputEncoding.Jpeg(75), [new("edge", Tier.Edge, null, null, null)]),
        new(Model, InputEncoding.Local, [new("device", Tier.Device, null, "c1", CodecSpec.Raw), new("cloud", Tier.Cloud, "c1", null, null)]),
    ];

    /// <summary>At home it takes 100 ms, on the edge 20, and split 60; all are as accurate.</summary>
    public static UserRegistration Menu { get; } = new([new("own", null, 100, 0, 0, 0.9), new("edge", "edge", 1, 10_000, 15, 0.9), new("split", "cloud", 30, 5000, 20, 0.9)]);

    public HashSet<string> Excluded { get; } = new(StringComparer.Ordinal);

    public bool IsPossible(Plan plan) => plan.Segments.All(s => !Excluded.Contains(s.Node));

    public bool IsReady(Plan plan) => _ready.ContainsKey(plan);

    public Task WarmAsync(Plan plan, CancellationToken cancellationToken)
    {
        _ready[plan] = true;
        return Task.CompletedTask;
    }

    public Milliseconds? Predict(Plan plan) => new Milliseconds(plan.Segments[0].Tier == Tier.Device ? 100 : 20);

    public Milliseconds? Patience(Plan plan) => null;

    public void Observe(ImageAnswer answer)
    {
        // Nothing is learned from it.
    }

    public DeviceReport Device() => new(1, 1) { Links = [new("edge", 100, 1)] };

    public static ImageAnswer Answer(Plan plan, double ms) => new()
    {
        File = "a.png",
        Top = [new ClassScore(0, "a", 1)],
        Plan = plan,
        Where = [],
        Times = new() { Total = new(ms) },
        Hops = [],
    };
}
