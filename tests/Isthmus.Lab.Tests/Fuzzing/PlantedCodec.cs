using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Isthmus.Core.Codec;
using Isthmus.Core.Tensors;

namespace Isthmus.Lab.Tests.Fuzzing;

/// <summary>A codec that works, and beyond that does what a decoder must not.</summary>
internal sealed class PlantedCodec(ITensorCodec works, PlantedCodec.Bug bug) : ITensorCodec
{
    public delegate void Bug(ReadOnlySpan<byte> frame, Span<float> destination, Action decode);

    public CodecSpec Spec => works.Spec;

    /// <summary>A rare parameter makes it index outside of an array.</summary>
    public static PlantedCodec Throwing() => new(TensorCodecs.Get(CodecSpec.Huffman(4)), (frame, _, decode) =>
    {
        decode();
        byte[] table = new byte[16];
        table[frame[^1] == 0xFF ? 16 : 0] = 1;
    });

    public static PlantedCodec WritingBehind() => new(TensorCodecs.Get(CodecSpec.Raw), (_, destination, decode) =>
    {
        decode();
        if (destination.Length > 1000) Unsafe.Add(ref MemoryMarshal.GetReference(destination), destination.Length) = 1;
    });

    public static PlantedCodec WritingBefore() => new(TensorCodecs.Get(CodecSpec.Raw), (_, destination, decode) =>
    {
        decode();
        if (destination.Length > 1000) Unsafe.Subtract(ref MemoryMarshal.GetReference(destination), 1) = 1;
    });

    public static PlantedCodec ReadingBehind() => new(TensorCodecs.Get(CodecSpec.Raw), (frame, destination, decode) =>
    {
        decode();
        if (destination.Length > 1000) destination[7] += Unsafe.Add(ref MemoryMarshal.GetReference(frame), frame.Length);
    });

    public static PlantedCodec LeavingTheLastValue() => new(TensorCodecs.Get(CodecSpec.Raw), (_, destination, decode) =>
    {
        float last = destination.IsEmpty ? 0 : destination[^1];
        decode();
        if (destination.Length > 1000) destination[^1] = last;
    });

    public static PlantedCodec Allocating() => new(TensorCodecs.Get(CodecSpec.Raw), (frame, _, decode) =>
    {
        GC.KeepAlive(new byte[frame.Length > 12 && frame[12] == 0xFF ? 100_000_000 : 1]);
        decode();
    });

    public static PlantedCodec Refusing() => new(TensorCodecs.Get(CodecSpec.Raw), (_, destination, decode) =>
    {
        decode();
        if (destination.Length == 1030) throw new FrameException(FrameError.BadCode, "It is planted.");
    });

    public long MaxFrameBytes(TensorShape shape) => works.MaxFrameBytes(shape);

    public void Encode(ReadOnlySpan<float> values, TensorShape shape, IBufferWriter<byte> output) => works.Encode(values, shape, output);

    public unsafe void Decode(ReadOnlySpan<byte> frame, TensorShape expected, Span<float> destination)
    {
        // A lambda cannot hold a span; the memory does not move, the fuzzer's is not the garbage collector's.
        fixed (byte* source = frame)
        fixed (float* target = destination)
        {
            nint from = (nint)source;
            nint to = (nint)target;
            int bytes = frame.Length;
            int count = destination.Length;
            bug(frame, destination, () => works.Decode(new((void*)from, bytes), expected, new((void*)to, count)));
        }
    }
}
