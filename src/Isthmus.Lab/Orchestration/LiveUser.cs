using System.Collections.Immutable;
using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Json;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Imaging;
using Isthmus.Inference.Sessions;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Running;

namespace Isthmus.Lab.Orchestration;

/// <summary>
/// A user, as a process of its own: reads one line for each request and answers with one. What it does is what `isthmus run` does: the product's pipeline, from a picture's file to its
/// classes, on the (slowed-down) device or over the (emulated) link on a node.
/// </summary>
/// <param name="input">Where requests come from; the process ends with it.</param>
/// <param name="output">Where answers go.</param>
/// <param name="clock">The clock; null for the system's.</param>
public sealed class LiveUser(TextReader input, TextWriter output, TimeProvider? clock = null)
{
    // Lines are written by the lab itself, so this is only a bound.
    private const int LongestLine = 1 << 20;

    // What a user of one device keeps at hand; the pictures are in order, and each user begins elsewhere.
    private const int Pictures = 200;

    private const int Pings = 9;

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    /// <summary>Serves until the input ends.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IsthmusException">The first line is no setup, or what it names cannot be loaded.</exception>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        if (await ReadAsync<LiveUserSetup>("setup", cancellationToken) is not { } setup) return;
        IdxSet set = IdxSet.Load(setup.Images, setup.Labels);
        ImmutableArray<(byte[] File, int Class)> pictures = [.. Enumerable.Range(0, Math.Min(Pictures, set.Count)).Select(i => (setup.FirstPicture + i) % set.Count)
            .Select(i => (Netpbm.Write(set.Pixels(i).Span, set.Width, set.Height, set.Bands), set.ClassOf(i)))];
        using Tiers tiers = await Tiers.ConnectAsync(new(setup.Edge, setup.Cloud) { LinksAreEmulated = true }, cancellationToken: cancellationToken);
        Dictionary<string, Pipeline> pipelines = new(StringComparer.Ordinal);
        try
        {
            PipelineOptions options = new()
            {
                Slowdown = setup.Slowdown,
                Session = SessionSettings.Default with { Threads = 1 },
                RemoteTimeout = new Milliseconds(setup.TimeoutMs),
                Clock = _clock,
            };
            foreach (string file in setup.Actions.Select(a => a.Variant).Distinct(StringComparer.Ordinal)) pipelines[file] = new(Network.Load(file), [], tiers, options);
            ImmutableArray<(Pipeline Pipeline, Plan Plan)> actions = [.. setup.Actions.Select(a => (pipelines[a.Variant], PlanOf(pipelines[a.Variant], a)))];
            foreach ((Pipeline pipeline, Plan plan) in actions)
            {
                await pipeline.WarmAsync(plan, onNodes: true, cancellationToken);
                // The first picture of a plan loads and compiles what the others find ready.
                for (int i = 0; i < 2; i++) await AnswerAsync(new(0, 0), pipeline, plan, pictures[i % pictures.Length], cancellationToken);
            }

            await WriteAsync(new(0) { EdgeRttMs = await PingAsync(tiers, Tier.Edge, cancellationToken), CloudRttMs = await PingAsync(tiers, Tier.Cloud, cancellationToken) });
            for (int next = 0; await ReadAsync<LiveUserRequest>("request", cancellationToken) is { } request; next++)
            {
                if (request.Action < 0 || request.Action >= actions.Length) throw new IsthmusException(ErrorKind.Data, $"There is no action {request.Action}.");
                (Pipeline pipeline, Plan plan) = actions[request.Action];
                await WriteAsync(await AnswerAsync(request, pipeline, plan, pictures[next % pictures.Length], cancellationToken));
            }
        }
        finally
        {
            foreach (Pipeline pipeline in pipelines.Values) await pipeline.DisposeAsync();
        }
    }

    private static Plan PlanOf(Pipeline pipeline, LiveUserAction action)
    {
        if (action.Node is not { } name) return BaselinePlans.DeviceOnly(pipeline.Network.Model.Hash);
        RemoteNode node = pipeline.Tiers.Node(name);
        return BaselinePlans.Remote(pipeline.Network.Model.Hash, InputEncoding.Pixels, node.Name, node.Tier);
    }

    private static async Task<LiveUserReply> AnswerAsync(LiveUserRequest request, Pipeline pipeline, Plan plan, (byte[] File, int Class) picture, CancellationToken cancellationToken)
    {
        try
        {
            ImageAnswer answer = await pipeline.RunAsync(plan, "picture.pgm", picture.File, cancellationToken);
            if (answer.Fallback is { } fallback) return new(request.Id) { Problem = fallback };
            StageTimes times = answer.Times;
            bool isRemote = answer.Hops.Length > 0;
            return new(request.Id)
            {
                Ms = times.Total.Value,
                LinkMs = (times.Send + times.Return).Value,
                NodeMs = isRemote ? (times.Queue + times.Decode + times.Unpack + times.Tail).Value : 0,
                Bytes = answer.BytesSent.Value,
                IsRight = answer.Top[0].Index == picture.Class,
            };
        }
        catch (IsthmusException e)
        {
            return new(request.Id) { Problem = e.Message };
        }
    }

    private static async Task<double?> PingAsync(Tiers tiers, Tier tier, CancellationToken cancellationToken)
    {
        RemoteNode node = tiers.Nodes.First(n => n.Tier == tier);
        if (node.Breaker.IsOpen) return null;
        double[] times = new double[Pings];
        for (int i = 0; i < Pings; i++) times[i] = (await node.Client.PingAsync(cancellationToken)).Value;
        return times.Order().ElementAt(Pings / 2);
    }

    private async Task<T?> ReadAsync<T>(string what, CancellationToken cancellationToken)
        where T : class =>
        await input.ReadLineAsync(cancellationToken) is not { } line ? null
            : line.Length > LongestLine ? throw new IsthmusException(ErrorKind.Data, $"The {what} is too long.")
            : StrictJson.Parse<T>(line, "a line", what);

    private async Task WriteAsync(LiveUserReply reply)
    {
        await output.WriteLineAsync(JsonSerializer.Serialize(reply, IsthmusJson.Compact));
        await output.FlushAsync(CancellationToken.None);
    }
}
