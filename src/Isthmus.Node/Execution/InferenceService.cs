using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Isthmus.Core.Json;
using Isthmus.Core.Quantities;
using Isthmus.Node.Models;
using Isthmus.Node.Telemetry;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;
using Microsoft.Extensions.Logging;

namespace Isthmus.Node.Execution;

/// <summary>
/// Answers requests: runs this node's segment, and where the request says so has the next node run the rest. If the next node
/// fails, this one runs the rest itself and says so. Each request is answered exactly once.
/// </summary>
internal sealed partial class InferenceService(
    NodeOptions options, SegmentRunner runner, NextNodes nextNodes, NodeTelemetry telemetry, ILogger<InferenceService> logger)
{
    private readonly TimeProvider _clock = options.Clock;

    /// <summary>Answers a request.</summary>
    /// <param name="model">The model.</param>
    /// <param name="request">The request; its inputs stay the caller's.</param>
    /// <param name="segment">What it asks beyond the protocol.</param>
    /// <param name="received">When its last byte arrived.</param>
    /// <param name="deadline">When it is over.</param>
    public async Task<InferResponse> AnswerAsync(StoredModel model, InferRequest request, SegmentRequest segment, long received, Deadline deadline)
    {
        using Activity? activity = telemetry.Activities.StartActivity("infer", ActivityKind.Server);
        activity?.SetTag("isthmus.model", model.Hash.ToString());
        Stages stages = new();
        InferTensor? looked = request.Inputs.FirstOrDefault(i => i.Parameters.Find(ProtocolNames.Part) is not null);
        int part = looked is null ? 0 : PartOf(segment, looked);
        using SegmentOutput output = await runner.RunAsync(
            model, segment, request.Inputs, segment.Next is null ? request.Outputs : [], stages, deadline);
        ImmutableArray<InferTensor> answer;
        IReadOnlyList<HopTrace> further = [];
        string? fallback = null;
        if (segment.Next is { } next) (answer, further, fallback) = await ContinueAsync(model, request, output, next, stages, deadline);
        else answer = Take(output, request);
        PartCheck? check = looked is null ? null : await CheckAsync(model, segment, looked, part, answer, stages, deadline);

        bool ranTheRest = fallback is not null && further.Count == 0;
        HopTrace hop = new(
            options.NodeName, options.Tier, segment.From, ranTheRest ? null : segment.To, stages.Queue, stages.Decode, stages.Unpack, stages.Run,
            stages.Encode, stages.Forward, Milliseconds.Since(_clock, received), stages.BytesForwarded, options.Slowdown)
        {
            Cold = stages.IsCold,
            Check = check,
        };
        foreach (InferTensor input in request.Inputs)
        {
            if (input.Arrival is not { } arrival) continue;
            hop = hop with { BytesUsed = arrival.Bytes, BytesAnnounced = arrival.Announced, Receive = arrival.Took, IsCut = arrival.IsCut };
            telemetry.CountArrival(arrival);
        }

        telemetry.Record(stages);
        return new InferResponse
        {
            ModelName = model.Name,
            ModelVersion = model.Hash.ToString(),
            Id = request.Id,
            Outputs = answer,
            Parameters = new() { { ProtocolNames.Isthmus, JsonSerializer.Serialize(new AnswerTrace([hop, .. further], fallback), IsthmusJson.Compact) } },
        };
    }

    // Whether a part of the picture gives the same first class; null if there is no time. The answer is there already: nothing here may spoil it.
    private async Task<PartCheck?> CheckAsync(
        StoredModel model, SegmentRequest segment, InferTensor input, int part, ImmutableArray<InferTensor> answer, Stages stages, Deadline deadline)
    {
        // As long again as it took, and half of that more, must be left.
        if (deadline.Remaining is { } left && left < (stages.Decode + stages.Run) * 1.5) return null;
        long started = _clock.GetTimestamp();
        try
        {
            bool agrees = await runner.AgreesAsync(model, segment, input, part, answer[0].Content, deadline);
            telemetry.CountCheck(agrees);
            return new(part, agrees, Milliseconds.Since(_clock, started));
        }
        catch (OperationCanceledException) when (deadline.IsOver)
        {
            return null;
        }
        catch (NodeRefusal)
        {
            // Others wait for a worker.
            return null;
        }
    }

    private static int PartOf(SegmentRequest segment, InferTensor input)
    {
        if (segment.From is not null || segment.To is not null || segment.Next is not null || input.Arrival is not null)
            throw new ProtocolException(ProtocolError.BadMember, $"'{ProtocolNames.Part}' is for a whole picture and a whole model on one node.");
        int length = input.OpaqueBytes().Length;
        return input.Parameters.Number(ProtocolNames.Part) is { } part && part >= 1 && part < length && part == Math.Floor(part) ? (int)part
            : throw new ProtocolException(ProtocolError.BadMember, $"'{ProtocolNames.Part}' must be a number of bytes, 1 to {length - 1}.");
    }

    private async Task<(ImmutableArray<InferTensor> Answer, IReadOnlyList<HopTrace> Hops, string? Fallback)> ContinueAsync(
        StoredModel model, InferRequest request, SegmentOutput output, NextHop next, Stages stages, Deadline deadline)
    {
        long started = _clock.GetTimestamp();
        try
        {
            // What it holds belongs to the output, so it is not disposed.
            InferRequest forwarded = InferRequest.ForSegment(
                new SegmentRequest { From = next.From, To = next.To, Codec = next.Codec, Tables = next.Tables, Next = next.Next, Deadline = deadline.Remaining }, output.Wire, request.Id);
            // Its outputs become the answer's.
            InferExchange exchange = await ForwardAsync(model, next, forwarded, deadline);
            stages.Forward = Milliseconds.Since(_clock, started);
            stages.BytesForwarded = exchange.BytesSent.Value;
            return (Mark(exchange.Response.Outputs, request), exchange.Trace?.Hops ?? [], exchange.Trace?.Fallback);
        }
        catch (NodeException e) when (!deadline.Token.IsCancellationRequested)
        {
            stages.Forward = Milliseconds.Since(_clock, started);
            Log.NextFailed(logger, next.Node, e.Message);
            telemetry.CountFallback();
            // The rest of the model, here, from the tensors as they were before they were encoded.
            ImmutableArray<InferTensor> inputs = [.. next.From.Zip(output.Raw, (name, tensor) => new InferTensor(name, tensor))];
            using SegmentOutput rest = await runner.RunAsync(model, new SegmentRequest { From = next.From }, inputs, request.Outputs, stages, deadline);
            return (Take(rest, request), [], $"{next.Node} failed, so {options.NodeName} ran the rest: {e.Message}");
        }
    }

    private async Task<InferExchange> ForwardAsync(StoredModel model, NextHop next, InferRequest forwarded, Deadline deadline)
    {
        using CancellationTokenSource patience = new(options.ForwardTimeout, _clock);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, patience.Token);
        try
        {
            return await nextNodes.Get(next.Url).InferAsync(model.Hash.ToString(), forwarded, both.Token);
        }
        catch (OperationCanceledException e) when (!deadline.Token.IsCancellationRequested)
        {
            throw new NodeException(
                NodeFailure.Timeout, NodeClient.ParseUrl(next.Url), $"The node {next.Node} did not answer within {options.ForwardTimeout.TotalSeconds:0.#} s.", e);
        }
    }

    // The output's tensors now belong to the answer.
    private static ImmutableArray<InferTensor> Take(SegmentOutput output, InferRequest request)
    {
        ImmutableArray<InferTensor> answer = Mark(output.Wire, request);
        output.Release(answer);
        return answer;
    }

    // Frames are always bytes; for tensors the request decides.
    private static ImmutableArray<InferTensor> Mark(ImmutableArray<InferTensor> tensors, InferRequest request)
    {
        bool all = request.Parameters.IsSet(ProtocolNames.BinaryDataOutput);
        ImmutableArray<InferTensor>.Builder marked = ImmutableArray.CreateBuilder<InferTensor>(tensors.Length);
        foreach (InferTensor tensor in tensors)
        {
            bool binary = tensor.Parameters.Find(ProtocolNames.Codec) is not null || (Wanted(tensor.Name) ?? all);
            marked.Add(new InferTensor(tensor.Name, tensor.Content, tensor.Parameters) { IsBinary = binary });
        }

        return marked.MoveToImmutable();

        bool? Wanted(string name)
        {
            foreach (RequestedOutput output in request.Outputs)
            {
                if (output.Name == name) return output.IsBinary;
            }

            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 20, Level = LogLevel.Warning, Message = "The next node {Node} failed, the rest runs here: {Reason}")]
        public static partial void NextFailed(ILogger logger, string node, string reason);
    }
}
