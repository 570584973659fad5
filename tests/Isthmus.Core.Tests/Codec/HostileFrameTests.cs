using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Codec;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Tests.Codec;

/// <summary>Frames that were cut, damaged or made up: a decoder refuses them with a <see cref="FrameException"/> and nothing else.</summary>
public sealed class HostileFrameTests
{
    public static TheoryData<string> Specs => [.. Frames.AllSpecs.Select(s => s.ToString())];

    [Theory]
    [MemberData(nameof(Specs))]
    public void Decode_CutOffAfterAnyByte_IsRefusedAsTruncated(string spec)
    {
        foreach ((CodecSpec codec, float[] values, byte[] frame) in Samples(spec))
        {
            for (int length = 0; length < frame.Length; length++)
                Assert.Equal(FrameError.Truncated, Refusal(codec, frame[..length], values.Length));
        }
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public void Decode_WithAnyBitFlipped_IsRefused(string spec)
    {
        foreach ((CodecSpec codec, float[] values, byte[] frame) in Samples(spec))
        {
            for (int bit = 0; bit < 8 * frame.Length; bit++)
            {
                byte[] damaged = [.. frame];
                damaged[bit >> 3] ^= (byte)(1 << (bit & 7));
                FrameError error = Refusal(codec, damaged, values.Length);
                if (bit >= 8 * (FrameHeader.FixedBytes + 4)) Assert.Equal(FrameError.BadChecksum, error);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public void Decode_WithABurstOfDamage_IsRefused(string spec)
    {
        Random random = new(7);
        foreach ((CodecSpec codec, float[] values, byte[] frame) in Samples(spec))
        {
            for (int round = 0; round < 300; round++)
            {
                byte[] damaged = [.. frame];
                int at = random.Next(frame.Length);
                random.NextBytes(damaged.AsSpan(at, Math.Min(4, frame.Length - at)));
                if (!damaged.AsSpan().SequenceEqual(frame)) Refusal(codec, damaged, values.Length);
            }
        }
    }

    // With the checksum made right again, the damage reaches every check behind it. What still decodes is a legal frame.
    [Theory]
    [MemberData(nameof(Specs))]
    public void Decode_DamagedAndSealedAgain_IsRefusedOrDecodes(string spec)
    {
        Random random = new(8);
        int refused = 0;
        foreach ((CodecSpec codec, float[] values, byte[] frame) in Samples(spec))
        {
            int rounds = frame.Length > 400 ? 1500 : 400;
            for (int round = 0; round < rounds; round++)
            {
                byte[] damaged = [.. frame];
                for (int k = random.Next(1, 4); k > 0; k--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                if (random.Next(4) == 0) damaged = damaged[..random.Next(20, damaged.Length + 1)];
                if (random.Next(2) == 0) BinaryPrimitives.WriteInt32LittleEndian(damaged.AsSpan(12), damaged.Length - FrameHeader.FixedBytes - 4);
                FrameHeader.Seal(damaged);
                try
                {
                    Frames.Decode(codec, damaged, new TensorShape(values.Length));
                }
                catch (FrameException)
                {
                    refused++;
                }
            }
        }

        Assert.True(refused > 100);
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public void Decode_OfNoise_IsRefused(string spec)
    {
        Random random = new(9);
        for (int round = 0; round < 500; round++)
        {
            byte[] noise = new byte[random.Next(0, 300)];
            random.NextBytes(noise);
            Refusal(CodecSpec.Parse(spec), noise, 10);
        }
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public void Decode_OfANoisePayload_IsRefusedOrDecodes(string spec)
    {
        Random random = new(10);
        CodecSpec codec = CodecSpec.Parse(spec);
        for (int round = 0; round < 1500; round++)
        {
            int count = random.Next(3) == 0 ? 1500 : random.Next(1, 60);
            byte[] frame = new byte[FrameHeader.FixedBytes + 4 + random.Next(0, 900)];
            random.NextBytes(frame);
            FrameHeader.Write(frame, codec, new TensorShape(count), frame.Length - FrameHeader.FixedBytes - 4);

            // A plausible range, no exceptions and a known mode let more of the noise through to the coder.
            if (codec.Kind == CodecKind.Huffman && frame.Length > 40 && random.Next(4) > 0)
            {
                BinaryPrimitives.WriteSingleLittleEndian(frame.AsSpan(20), -1);
                BinaryPrimitives.WriteSingleLittleEndian(frame.AsSpan(24), 1);
                BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(28), 0);
                frame[32] = (byte)random.Next(3);
            }

            FrameHeader.Seal(frame);
            try
            {
                Frames.Decode(codec, frame, new TensorShape(count));
            }
            catch (FrameException)
            {
                // The usual end.
            }
        }
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public void Decode_OfAnotherShape_IsRefusedAsWrongShape(string spec)
    {
        CodecSpec codec = CodecSpec.Parse(spec);
        byte[] frame = Frames.Encode(codec, Activations.Relu(24, 0.5, 1), new TensorShape(2, 3, 4));
        TensorShape[] others = [new(24), new(2, 3, 4, 1), new(4, 3, 2), new(2, 3, 5), new(1_000_000), new(0), new()];
        foreach (TensorShape other in others)
            Assert.Equal(FrameError.WrongShape, Assert.Throws<FrameException>(() => Frames.Decode(codec, frame, other)).Error);
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public void Decode_OfAnotherCodec_IsRefusedAsUnknownCodec(string spec)
    {
        CodecSpec codec = CodecSpec.Parse(spec);
        float[] values = Activations.Relu(24, 0.5, 1);
        byte[] frame = Frames.Encode(codec, values);
        foreach (CodecSpec other in Frames.AllSpecs.Where(s => s != codec))
            Assert.Equal(FrameError.UnknownCodec, Refusal(other, frame, values.Length));
    }

    [Fact]
    public void Decode_WithAWrongField_SaysWhichKindOfWrong()
    {
        CodecSpec codec = CodecSpec.Huffman(4);
        float[] values = Activations.Relu(40, 0.5, 1);
        byte[] frame = Frames.Encode(codec, values);
        FrameError With(int at, params byte[] bytes)
        {
            byte[] changed = [.. frame];
            bytes.CopyTo(changed, at);
            FrameHeader.Seal(changed);
            return Refusal(codec, changed, values.Length);
        }

        Assert.Equal(FrameError.BadMagic, With(0, (byte)'X'));
        Assert.Equal(FrameError.UnsupportedVersion, With(4, 2));
        Assert.Equal(FrameError.UnknownCodec, With(5, 200));
        Assert.Equal(FrameError.BadParameters, With(6, 9));
        Assert.Equal(FrameError.WrongShape, With(7, 17));
        Assert.Equal(FrameError.Truncated, With(12, 0xFF, 0xFF, 0xFF, 0xFF));
        Assert.Equal(FrameError.BadLength, With(12, 1, 0, 0, 0));
        Assert.Equal(FrameError.WrongShape, With(16, 41));
        Assert.Equal(FrameError.BadParameters, With(20, BitConverter.GetBytes(float.NaN)));
        Assert.Equal(FrameError.BadParameters, With(24, BitConverter.GetBytes(-1f)));
        Assert.Equal(FrameError.BadLength, With(28, 0xFF, 0xFF, 0xFF, 0xFF));
        Assert.Equal(FrameError.BadLength, With(28, 30));
        Assert.Equal(FrameError.BadCode, With(32, 9));
        Assert.Equal(FrameError.BadLength, Refusal(codec, [.. frame, 0], values.Length));
    }

    [Fact]
    public void Decode_WithAnExceptionListOutOfOrder_IsRefused()
    {
        CodecSpec codec = CodecSpec.Huffman(4);
        float[] values = [1, float.NaN, 2, float.PositiveInfinity, 3];
        byte[] frame = Frames.Encode(codec, values);
        FrameError With(int at, byte[] bytes)
        {
            byte[] changed = [.. frame];
            bytes.CopyTo(changed, at);
            FrameHeader.Seal(changed);
            return Refusal(codec, changed, values.Length);
        }

        Assert.Equal(FrameError.BadParameters, With(32, BitConverter.GetBytes(3))); // twice the same position
        Assert.Equal(FrameError.BadParameters, With(32, BitConverter.GetBytes(4))); // descending
        Assert.Equal(FrameError.BadParameters, With(40, BitConverter.GetBytes(5))); // outside of the tensor
        Assert.Equal(FrameError.BadParameters, With(40, BitConverter.GetBytes(-1)));
        Assert.Equal(FrameError.BadParameters, With(36, BitConverter.GetBytes(1f))); // finite
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public void Decode_OfAFrameThatClaimsToBeHuge_AllocatesNothingForIt(string spec)
    {
        CodecSpec codec = CodecSpec.Parse(spec);
        byte[] frame = new byte[FrameHeader.FixedBytes + 8 + 40];
        FrameHeader.Write(frame, codec, new TensorShape(2_000_000_000, 100), 40);
        FrameHeader.Seal(frame);
        float[] destination = new float[10];
        ITensorCodec decoder = TensorCodecs.Get(codec);
        long before = GC.GetAllocatedBytesForCurrentThread();
        FrameException refusal = Assert.Throws<FrameException>(() => decoder.Decode(frame, new TensorShape(10), destination));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
        Assert.Equal(FrameError.WrongShape, refusal.Error);
    }

    [Fact]
    public void Read_OfAHeaderWithAnImpossibleShape_IsRefused()
    {
        byte[] frame = new byte[FrameHeader.FixedBytes + (16 * 4)];
        FrameHeader.Write(frame, CodecSpec.Raw, new TensorShape(), 0);
        frame[7] = 16;
        frame.AsSpan(16).Fill(0xFF);
        Assert.Equal(FrameError.WrongShape, Assert.Throws<FrameException>(() => FrameHeader.Read(frame)).Error);
    }

    [Fact]
    public void Decode_OfAnyArrayThatFsCheckFinds_RoundTrips() => Prop.ForAll(
        ArbMap.Default.ArbFor<float[]>(),
        values => Frames.AllSpecs.All(spec =>
        {
            float[] decoded = Frames.RoundTrip(spec, values);
            return values.Zip(decoded).All(p => float.IsFinite(p.First) ? float.IsFinite(p.Second) : p.First.Equals(p.Second));
        })).QuickCheckThrowOnFailure();

    private static FrameError Refusal(CodecSpec codec, byte[] frame, int count) =>
        Assert.Throws<FrameException>(() => TensorCodecs.Get(codec).Decode(frame, new TensorShape(count), new float[count])).Error;

    // Small frames of every form that the codec's payload takes, and one with several streams or lanes.
    private static IEnumerable<(CodecSpec Codec, float[] Values, byte[] Frame)> Samples(string spec)
    {
        CodecSpec codec = CodecSpec.Parse(spec);
        float[][] inputs =
        [
            Activations.Relu(30, 0.5, 1),
            Activations.WithNonFinite(Activations.Linear(30, 2), 0.1, 3),
            [5f, 5f, 5f],
            [0f, 0f, 0f, 1f],
            Activations.Relu(codec.Kind switch { CodecKind.Huffman => 1030, CodecKind.Fast => 9000, _ => 50 }, 0.8, 4),
        ];
        foreach (float[] values in inputs) yield return (codec, values, Frames.Encode(codec, values));
    }
}
