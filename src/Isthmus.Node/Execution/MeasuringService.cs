using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Imaging;
using Isthmus.Node.Admission;
using Isthmus.Node.Models;
using Isthmus.Runtime.Profiling;
using Isthmus.Runtime.Protocol;

namespace Isthmus.Node.Execution;

/// <summary>Measures segments, codecs and input encodings on this node, with nothing else running on it meanwhile.</summary>
internal sealed class MeasuringService(WorkQueue queue, SegmentLoader loader, ImageInputs images, Slowdown slowdown, TimeProvider clock)
{
    // Codecs and encodings take microseconds to milliseconds: as many repeats as the segment's, within these bounds.
    private const int FewestRepeats = 5;
    private const int MostRepeats = 20;

    // Bytes of outputs that are kept from one measurement to the next.
    private const long MostKept = 256L << 20;

    // Only one measurement runs at a time.
    private KeptOutputs? _kept;

    /// <summary>Measures.</summary>
    /// <exception cref="IsthmusException">The request makes no sense for the model, or the node has no room.</exception>
    public async Task<MeasureReply> MeasureAsync(StoredModel model, MeasureRequest request, CancellationToken cancellationToken)
    {
        if (request.Warmup is < 0 or > 1000 || request.Repeats is < 0 or > 1000)
            throw new IsthmusException(ErrorKind.Data, "'warmup' and 'repeats' must be between 0 and 1000.");
        if (!request.Inputs.IsDefaultOrEmpty && request.Image is null)
            throw new IsthmusException(ErrorKind.Data, "Input encodings are timed on a real image: send one in 'image'.");

        using WorkPermit permit = await queue.EnterAsync(null, exclusive: true, cancellationToken);
        // The inputs first: their memory and the time to make them are not the segment's.
        Tensor[] inputs = await InputsAsync(model, request, cancellationToken);
        Tensor[]? outputs = null;
        try
        {
            // Read and analysed before the clock starts, if there is anything to analyse.
            if (request.From is not null || request.To is not null) (await loader.AnalyseAsync(model, cancellationToken)).Dispose();
            if (request.Cold) loader.Drop(model, request.From, request.To);
            PeakMemory memory = PeakMemory.Begin();
            long started = clock.GetTimestamp();
            using LoadedSegment loaded = await loader.LoadAsync(model, request.From, request.To, cancellationToken);
            // Stretched by the factor, not waited for: nobody measures how long loading feels.
            Milliseconds load = Milliseconds.Since(clock, started) * slowdown.Factor;
            List<double> runs = new(request.Repeats);
            for (int i = 0; request.Repeats > 0 && i < request.Warmup + request.Repeats; i++)
            {
                Dispose(outputs);
                outputs = null;
                await Task.Delay(MeasureRequest.Pause, clock, cancellationToken);
                long start = clock.GetTimestamp();
                // Returns when the outputs are in this process's memory: what an accelerator computes has been waited for.
                outputs = loaded.Session.Run(inputs, cancellationToken);
                Milliseconds took = await slowdown.FinishAsync(start, cancellationToken);
                if (i >= request.Warmup) runs.Add(took.Value);
            }

            ByteCount? peak = memory.SoFar();
            ImmutableArray<MeasuredCodec> codecs = [];
            if (!request.Codecs.IsDefaultOrEmpty)
            {
                if (request.To is not null) outputs ??= loaded.Session.Run(inputs, cancellationToken);
                codecs = await CodecsAsync(request, request.To is null ? inputs : outputs!, cancellationToken);
            }

            return new MeasureReply(
                runs.Count == 0 ? null : Timing.Of(runs), load, loaded.Session.EstimatedBytes, codecs,
                request.Inputs.IsDefaultOrEmpty ? [] : await EncodingsAsync(model, request, cancellationToken),
                slowdown.Factor, slowdown.Factor > 1)
            {
                // A segment that was loaded already would seem to take next to nothing.
                PeakMemoryBytes = loaded.Waited ? peak?.Value : null,
                Kernels = request is { Kernels: true, Repeats: > 0 }
                    ? await loader.TimeKernelsAsync(model, request.From, request.To, inputs, request.Warmup, request.Repeats, slowdown.Factor, cancellationToken) : null,
            };
        }
        finally
        {
            Keep(model, request, outputs);
            Dispose(inputs);
        }
    }

    // What the last segment put out: whoever measures block after block needs it next, and would load all that is before it otherwise.
    private void Keep(StoredModel model, MeasureRequest request, Tensor[]? outputs)
    {
        Dispose(_kept?.Tensors);
        _kept = outputs is not null && request.To is not null && request.Image is not null && outputs.Sum(o => (long)o.Bytes.Length) <= MostKept
            ? new(model.Hash, Key(request.To), ModelHash.Of(request.Image), outputs) : null;
        if (_kept is null) Dispose(outputs);
    }

    private static string Key(IReadOnlyList<string> tensors) => string.Join('\0', tensors);

    private async Task<Tensor[]> InputsAsync(StoredModel model, MeasureRequest request, CancellationToken cancellationToken)
    {
        KeptOutputs? kept = _kept;
        _kept = null;
        if (kept is not null)
        {
            if (request is { From: { } from, Image: { } same } && kept.Model == model.Hash && kept.Cut == Key(from) && kept.Image == ModelHash.Of(same)) return kept.Tensors;
            Dispose(kept.Tensors);
        }

        Tensor[] whole;
        if (request.Image is { } image)
        {
            whole = [images.Decode(model, image, InputEncoding.File)];
        }
        else
        {
            using LeaseCache<ModelHash, ModelAnalysis>.Lease analysis = await loader.AnalyseAsync(model, cancellationToken);
            IReadOnlyDictionary<string, Tensor> noise = SyntheticInput.Create(analysis.Value.Model);
            whole = [.. analysis.Value.Inputs.Select(i => noise[i.Name])];
        }

        if (request.From is null) return whole;
        try
        {
            // The tensors as they are at the cut: codecs take their time from what the values are.
            using LoadedSegment head = await loader.LoadAsync(model, null, request.From, cancellationToken);
            return head.Session.Run(whole, cancellationToken);
        }
        finally
        {
            Dispose(whole);
        }
    }

    private async Task<ImmutableArray<MeasuredCodec>> CodecsAsync(MeasureRequest request, Tensor[] tensors, CancellationToken cancellationToken)
    {
        int repeats = Math.Clamp(request.Repeats, FewestRepeats, MostRepeats);
        Tensor[] floats = [.. tensors.Where(t => t.ElementType == ElementType.Float32)];
        ImmutableArray<MeasuredCodec>.Builder measured = ImmutableArray.CreateBuilder<MeasuredCodec>(request.Codecs.Length);
        foreach (CodecSpec spec in request.Codecs)
        {
            ITensorCodec codec = TensorCodecs.Get(spec);
            PooledBufferWriter[] frames = [.. floats.Select(_ => new PooledBufferWriter(64 * 1024))];
            Tensor[] decoded = [.. floats.Select(t => Tensor.Rent(ElementType.Float32, t.Shape))];
            try
            {
                List<double> encode = [], decode = [];
                for (int i = 0; i < repeats + 2; i++)
                {
                    long start = clock.GetTimestamp();
                    for (int t = 0; t < floats.Length; t++)
                    {
                        frames[t].Clear();
                        codec.Encode(floats[t].Floats, floats[t].Shape, frames[t]);
                    }

                    Milliseconds encoded = await slowdown.FinishAsync(start, cancellationToken);
                    start = clock.GetTimestamp();
                    for (int t = 0; t < floats.Length; t++) codec.Decode(frames[t].Written.Span, floats[t].Shape, decoded[t].Floats);
                    Milliseconds done = await slowdown.FinishAsync(start, cancellationToken);
                    if (i < 2) continue;
                    encode.Add(encoded.Value);
                    decode.Add(done.Value);
                }

                measured.Add(new(spec, Timing.Of(encode).P50, Timing.Of(decode).P50, new(frames.Sum(f => (long)f.Length))));
            }
            finally
            {
                foreach (PooledBufferWriter frame in frames) frame.Dispose();
                Dispose(decoded);
            }
        }

        return measured.MoveToImmutable();
    }

    private async Task<ImmutableArray<InputTiming>> EncodingsAsync(StoredModel model, MeasureRequest request, CancellationToken cancellationToken)
    {
        int repeats = Math.Clamp(request.Repeats, FewestRepeats, MostRepeats);
        ImagePreprocessor preprocessor = images.For(model);
        ImmutableArray<InputTiming>.Builder measured = ImmutableArray.CreateBuilder<InputTiming>(request.Inputs.Length);
        foreach (InputEncoding encoding in request.Inputs)
        {
            bool crosses = encoding.Kind != InputKind.Local;
            List<double> encode = [], decode = [];
            for (int i = 0; i < repeats + 1; i++)
            {
                long start = clock.GetTimestamp();
                byte[] bytes = crosses ? preprocessor.Encode(request.Image!, encoding) : request.Image!;
                Milliseconds encoded = crosses ? await slowdown.FinishAsync(start, cancellationToken) : Milliseconds.Zero;
                start = clock.GetTimestamp();
                preprocessor.FromEncoded(bytes, crosses ? encoding : InputEncoding.File).Dispose();
                Milliseconds done = await slowdown.FinishAsync(start, cancellationToken);
                if (i < 1) continue;
                encode.Add(encoded.Value);
                decode.Add(done.Value);
            }

            measured.Add(new(encoding, Timing.Of(encode).P50, Timing.Of(decode).P50));
        }

        return measured.MoveToImmutable();
    }

    private static void Dispose(Tensor[]? tensors)
    {
        foreach (Tensor tensor in tensors ?? []) tensor.Dispose();
    }

    private sealed record KeptOutputs(ModelHash Model, string Cut, ModelHash Image, Tensor[] Tensors);
}
