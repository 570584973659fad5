using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tensors;
using Isthmus.Node.Admission;
using Isthmus.Node.Models;
using Isthmus.Runtime.Protocol;

namespace Isthmus.Node.Execution;

/// <summary>Runs one segment for one request: waits for a worker, decodes the inputs, runs, encodes the outputs; every stage timed.</summary>
internal sealed class SegmentRunner(WorkQueue queue, SegmentLoader loader, TablesStore tables, ImageInputs images, Slowdown slowdown, TimeProvider clock)
{
    /// <summary>Runs a segment.</summary>
    /// <param name="model">The model.</param>
    /// <param name="segment">Which part, and how its input comes and its output goes.</param>
    /// <param name="inputs">What came.</param>
    /// <param name="outputs">The outputs that are wanted; none means all.</param>
    /// <param name="stages">Receives the times.</param>
    /// <param name="deadline">When it is over.</param>
    /// <exception cref="IsthmusException">The inputs do not fit, or the node has no room.</exception>
    public async Task<SegmentOutput> RunAsync(
        StoredModel model, SegmentRequest segment, ImmutableArray<InferTensor> inputs, ImmutableArray<RequestedOutput> outputs, Stages stages, Deadline deadline)
    {
        long queued = clock.GetTimestamp();
        using WorkPermit permit = await queue.EnterAsync(deadline.Remaining, exclusive: false, deadline.Token);
        using LoadedSegment loaded = await loader.LoadAsync(model, segment.From, segment.To, deadline.Token);
        stages.Queue += Milliseconds.Since(clock, queued);
        stages.IsCold |= loaded.Waited;

        List<Tensor> made = [];
        Tensor[] results;
        try
        {
            Tensor[] tensors = await ReadAsync(model, segment, loaded.Inputs, inputs, made, stages, deadline.Token);
            long started = clock.GetTimestamp();
            results = loaded.Session.Run(tensors, deadline.Token);
            stages.Run += await slowdown.FinishAsync(started, deadline.Token);
        }
        finally
        {
            foreach (Tensor tensor in made) tensor.Dispose();
        }

        bool kept = false;
        try
        {
            SegmentOutput output = await PackAsync(segment, loaded.Session.Outputs, results, outputs, stages, deadline.Token);
            kept = true;
            return output;
        }
        finally
        {
            if (!kept)
            {
                foreach (Tensor tensor in results) tensor.Dispose();
            }
        }
    }

    /// <summary>Whether the first bytes of a picture have the same first class as an answer from all of it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="segment">What was asked: the whole model.</param>
    /// <param name="input">The picture.</param>
    /// <param name="part">How many of its bytes.</param>
    /// <param name="answer">The output of the whole picture.</param>
    /// <param name="deadline">When it is over.</param>
    public async Task<bool> AgreesAsync(StoredModel model, SegmentRequest segment, InferTensor input, int part, Tensor answer, Deadline deadline)
    {
        if (Encoding(segment, input) is not { IsProgressive: true } encoding)
            throw new IsthmusException(ErrorKind.Data, "Only of a picture in a progressive form can a part be looked at: jpeg:Q or embedded.");
        ReadOnlyMemory<byte> bytes = input.OpaqueBytes();
        using WorkPermit permit = await queue.EnterAsync(deadline.Remaining, exclusive: false, deadline.Token);
        using LoadedSegment loaded = await loader.LoadAsync(model, segment.From, segment.To, deadline.Token);
        long started = clock.GetTimestamp();
        Tensor[] results;
        try
        {
            using Tensor tensor = images.Decode(model, bytes[..part], encoding.Whole.First(Math.Clamp((double)part / bytes.Length, 0.001, 0.999)));
            results = loaded.Session.Run([tensor], deadline.Token);
        }
        catch (IsthmusException e) when (e.Kind == ErrorKind.Data)
        {
            // A part that is no picture has no class.
            return false;
        }

        await slowdown.FinishAsync(started, deadline.Token);
        bool agrees = First(results[0]) == First(answer);
        foreach (Tensor result in results) result.Dispose();
        return agrees;
    }

    private static int First(Tensor scores) =>
        scores.ElementType == ElementType.Float32 ? System.Numerics.Tensors.TensorPrimitives.IndexOfMax<float>(scores.Floats)
            : throw new IsthmusException(ErrorKind.Data, "Only of outputs of type Float32 is there a first class.");

    // Tensors that are made here, not merely taken from the request, go to "made".
    private async ValueTask<Tensor[]> ReadAsync(
        StoredModel model, SegmentRequest segment, ImmutableArray<TensorDescription> expected, ImmutableArray<InferTensor> inputs, List<Tensor> made,
        Stages stages, CancellationToken cancellationToken)
    {
        if (inputs.Length != expected.Length)
            throw new IsthmusException(ErrorKind.Data, $"The segment takes {expected.Length} inputs ({string.Join(", ", expected.Select(e => e.Name))}), not {inputs.Length}.");
        Tensor[] tensors = new Tensor[expected.Length];
        for (int i = 0; i < expected.Length; i++)
        {
            InferTensor input = Find(inputs, expected[i], isOnly: expected.Length == 1 && segment.From is null);
            long started = clock.GetTimestamp();
            if (Encoding(segment, input) is { } encoding)
            {
                made.Add(tensors[i] = images.Decode(model, input.OpaqueBytes(), Arrived(encoding, input)));
                stages.Decode += await slowdown.FinishAsync(started, cancellationToken);
            }
            else if (input.Parameters.Text(ProtocolNames.Codec) is { } codec)
            {
                if (expected[i].ElementType != ElementType.Float32)
                    throw new IsthmusException(ErrorKind.Data, $"Tensor '{input.Name}' is of type {expected[i].ElementType}, which no codec takes; send it raw.");
                Tensor decoded = Tensor.Rent(ElementType.Float32, expected[i].Shape);
                made.Add(decoded);
                TensorCodecs.Get(CodecSpec.Parse(codec), tables.Require(input.Parameters.Text(ProtocolNames.Tables))).Decode(input.OpaqueBytes().Span, expected[i].Shape, decoded.Floats);
                tensors[i] = decoded;
                stages.Unpack += await slowdown.FinishAsync(started, cancellationToken);
            }
            else
            {
                tensors[i] = input.Content;
            }
        }

        return tensors;
    }

    private static InferTensor Find(ImmutableArray<InferTensor> inputs, TensorDescription expected, bool isOnly)
    {
        foreach (InferTensor input in inputs)
        {
            if (input.Name == expected.Name) return input;
        }

        // Whoever sends an image need not know what the model calls its input.
        if (isOnly && (inputs[0].Parameters.Find(ProtocolNames.Input) is not null || inputs[0].Datatype is ProtocolNames.Bytes or "UINT8")) return inputs[0];
        throw new IsthmusException(ErrorKind.Data, $"The input '{expected.Name}' is absent; the model's metadata names its inputs.");
    }

    private static InputEncoding? Encoding(SegmentRequest segment, InferTensor input)
    {
        if (segment.From is not null) return null;
        InputEncoding? encoding = input.Parameters.Text(ProtocolNames.Input) is { } text ? InputEncoding.Parse(text)
            : segment.Input ?? (input.Datatype == ProtocolNames.Bytes ? InputEncoding.File : null);
        return encoding is { Kind: not (InputKind.Local or InputKind.Tensor) } ? encoding : null;
    }

    // The form of what came: a first part, where the content was allowed to end early and did.
    private static InputEncoding Arrived(InputEncoding encoding, InferTensor input)
    {
        if (input.Arrival is not { } arrival) return encoding;
        if (!encoding.IsProgressive)
            throw new IsthmusException(ErrorKind.Data, $"A part of '{encoding.Whole}' is no picture, so it may not end early; choose jpeg:Q or embedded.");
        return arrival.IsWhole ? encoding : encoding.First(Math.Clamp(encoding.Fraction * arrival.Bytes / arrival.Announced, 0.001, 0.999));
    }

    private async ValueTask<SegmentOutput> PackAsync(
        SegmentRequest segment, ImmutableArray<TensorDescription> described, Tensor[] results, ImmutableArray<RequestedOutput> wanted,
        Stages stages, CancellationToken cancellationToken)
    {
        if (segment.Codec is not { } spec) return new(results, Choose(described, results, wanted));
        long started = clock.GetTimestamp();
        ImmutableArray<InferTensor>.Builder frames = ImmutableArray.CreateBuilder<InferTensor>(results.Length);
        bool whole = false;
        try
        {
            using PooledBufferWriter buffer = new(64 * 1024);
            for (int i = 0; i < results.Length; i++)
            {
                if (results[i].ElementType != ElementType.Float32)
                {
                    // No codec takes it: it travels as it is.
                    frames.Add(new InferTensor(described[i].Name, results[i]));
                    continue;
                }

                buffer.Clear();
                CodecTables? trained = segment.Tables is { } hashes && i < hashes.Count ? tables.Require(hashes[i]) : null;
                TensorCodecs.Get(spec, trained).Encode(results[i].Floats, results[i].Shape, buffer);
                Tensor frame = Tensor.Rent(ElementType.UInt8, new(buffer.Length));
                buffer.Written.CopyTo(frame.Bytes);
                Parameters parameters = new() { { ProtocolNames.Codec, spec.ToString() } };
                if (trained is not null) parameters.Add(ProtocolNames.Tables, trained.Id);
                frames.Add(new InferTensor(described[i].Name, frame, parameters));
            }

            stages.Encode += await slowdown.FinishAsync(started, cancellationToken);
            whole = true;
            return new(results, frames.MoveToImmutable());
        }
        finally
        {
            if (!whole)
            {
                foreach (InferTensor frame in frames) frame.Dispose();
            }
        }
    }

    private static ImmutableArray<InferTensor> Choose(ImmutableArray<TensorDescription> described, Tensor[] results, ImmutableArray<RequestedOutput> wanted)
    {
        InferTensor[] chosen = new InferTensor[wanted.IsDefaultOrEmpty ? results.Length : wanted.Length];
        for (int i = 0; i < chosen.Length; i++)
        {
            int at = i;
            if (!wanted.IsDefaultOrEmpty)
            {
                for (at = 0; at < described.Length && described[at].Name != wanted[i].Name;) at++;
                if (at == described.Length)
                    throw new IsthmusException(ErrorKind.Data, $"There is no output '{wanted[i].Name}'; there are: {string.Join(", ", described.Select(d => d.Name))}.");
            }

            chosen[i] = new InferTensor(described[at].Name, results[at]);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(chosen);
    }
}
