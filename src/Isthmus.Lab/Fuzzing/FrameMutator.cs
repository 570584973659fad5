using System.Buffers.Binary;
using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Tensors;

namespace Isthmus.Lab.Fuzzing;

/// <summary>
/// Makes bad frames from good ones. Most are sealed again, so that the damage passes the checksum and reaches the parser behind it, which is
/// what an attacker does.
/// </summary>
internal sealed class FrameMutator(FrameCorpus corpus, ulong seed) : IFuzzSource
{
    private const int Growth = 4096;

    private static readonly FrameMutation[] Mutations = Enum.GetValues<FrameMutation>();

    // What leaves header and plan alone, so that the payload's parser is reached each time.
    private static readonly FrameMutation[] PayloadMutations =
    [
        FrameMutation.FlipBits, FrameMutation.ReplaceBytes, FrameMutation.Burst, FrameMutation.Repeat, FrameMutation.Truncate, FrameMutation.Extend,
        FrameMutation.Delete, FrameMutation.Insert, FrameMutation.EdgeInteger, FrameMutation.EdgeFloat, FrameMutation.Splice, FrameMutation.TinyPayload,
        FrameMutation.NoisePayload, FrameMutation.HostileTables,
    ];

    private static readonly float[] EdgeFloats =
    [
        float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue, float.Epsilon, -float.Epsilon, 0, -0f, 1, -1, 1e-38f,
        BitConverter.UInt32BitsToSingle(0x7F80_0001), BitConverter.UInt32BitsToSingle(0xFFFF_FFFF),
    ];

    /// <inheritdoc/>
    public ImmutableArray<string> Names { get; } = [.. corpus.Targets.Select(t => t.Name)];

    /// <inheritdoc/>
    public int MaxFrameBytes => corpus.MaxFrameBytes + Growth;

    /// <inheritdoc/>
    public int MaxElements => (int)FrameCorpus.Largest.ElementCount + 1;

    /// <inheritdoc/>
    public void Make(long index, FuzzInput input)
    {
        FuzzRandom random = FuzzRandom.Of(seed, index);
        // The largest tensor takes the most time, and is there to show that nothing grows beyond it.
        CorpusEntry entry = Pick(ref random, withLargest: random.OneIn(100));
        input.Take(entry.Frame, entry.Target, entry.Shape);
        if (random.OneIn(50)) return;

        input.IsGood = false;
        bool payloadOnly = random.OneIn(2);
        FrameMutation[] mutations = payloadOnly ? PayloadMutations : Mutations;
        int count = random.Next(3) switch { 0 => 1, 1 => 1 + random.Next(2), _ => 1 + random.Next(4) };
        if (entry.Target.Tables is not null && random.OneIn(4))
        {
            input.Mutations.Add(FrameMutation.HostileTables);
            MakeUpTables(input, ref random);
            count = random.Next(2);
        }

        for (int i = 0; i < count; i++)
        {
            FrameMutation mutation = mutations[random.Next(mutations.Length)];
            input.Mutations.Add(mutation);
            Apply(mutation, entry, input, payloadOnly ? FrameSeal.PayloadStart(input.Frame) : 0, ref random);
        }

        // Tables belong to a tensor: whoever has them expects its shape.
        if (input.TablesShape is { } shape) input.Expected = shape;
        if (payloadOnly || random.OneIn(2)) FrameSeal.CorrectLength(input.Frame);
        if (payloadOnly || random.OneIn(2)) input.IsSealed = FrameSeal.Seal(input.Frame);
    }

    private CorpusEntry Pick(ref FuzzRandom random, bool withLargest)
    {
        ImmutableArray<CorpusEntry> entries = corpus.ByTarget[random.Next(corpus.ByTarget.Length)];
        return withLargest || entries.Length == 1 ? entries[^1] : entries[random.Next(entries.Length - 1)];
    }

    private void Apply(FrameMutation mutation, CorpusEntry entry, FuzzInput input, int from, ref FuzzRandom random)
    {
        Span<byte> frame = input.Frame;
        switch (mutation)
        {
            case FrameMutation.FlipBits:
                for (int i = random.Next(8); i >= 0 && frame.Length > from; i--) frame[At(frame, from, ref random)] ^= (byte)(1 << random.Next(8));
                break;
            case FrameMutation.ReplaceBytes:
                for (int i = random.Next(8); i >= 0 && frame.Length > from; i--) frame[At(frame, from, ref random)] = (byte)random.Next();
                break;
            case FrameMutation.Burst:
                random.Fill(Run(frame, from, ref random));
                break;
            case FrameMutation.Repeat:
                Run(frame, from, ref random).Fill(random.Next(3) switch { 0 => 0, 1 => 0xFF, _ => (byte)random.Next() });
                break;
            case FrameMutation.Truncate:
                input.Length = from + random.Next(frame.Length + 1 - from);
                break;
            case FrameMutation.Extend:
                Insert(input, frame.Length, 1 + random.Next(random.OneIn(4) ? 2048 : 16), ref random);
                break;
            case FrameMutation.Delete:
                Delete(input, from, ref random);
                break;
            case FrameMutation.Insert:
                Insert(input, At(frame, from, ref random), 1 + random.Next(random.OneIn(4) ? 512 : 8), ref random);
                break;
            case FrameMutation.EdgeInteger:
                WriteInteger(frame, At(frame, from, ref random), EdgeInteger(input.Expected, ref random), ref random);
                break;
            case FrameMutation.EdgeFloat:
                int at = At(frame, from, ref random);
                // The parameters of quantisers lie at multiples of four.
                if (random.OneIn(2)) at &= ~3;
                if (at + 4 <= frame.Length) BinaryPrimitives.WriteSingleLittleEndian(frame[at..], EdgeFloats[random.Next(EdgeFloats.Length)]);
                break;
            case FrameMutation.Bomb:
                Bomb(input, ref random);
                break;
            case FrameMutation.TinyPayload:
                SetShape(input, FrameCorpus.Largest);
                input.Expected = FrameCorpus.Largest;
                input.Length = Math.Min(input.Length, FrameSeal.PayloadStart(input.Frame) + random.Next(80));
                FrameSeal.CorrectLength(input.Frame);
                break;
            case FrameMutation.Splice:
                Splice(entry, input, from, ref random);
                break;
            case FrameMutation.OtherCodec:
                if (frame.Length < FrameSeal.FixedBytes) break;
                CorpusEntry other = Pick(ref random, withLargest: false);
                if (random.OneIn(8)) frame[4] = (byte)random.Next();
                if (!random.OneIn(3)) frame[5] = random.OneIn(4) ? (byte)random.Next() : other.Frame[5];
                if (!random.OneIn(3)) frame[6] = random.OneIn(4) ? (byte)random.Next() : other.Frame[6];
                break;
            case FrameMutation.OtherShape:
                SetShape(input, Shape(entry.Shape, ref random));
                break;
            case FrameMutation.WrongPlanShape:
                input.Expected = Shape(entry.Shape, ref random);
                break;
            case FrameMutation.WrongPlanCodec:
                int target = random.Next(corpus.Targets.Length);
                input.Aim(corpus.Targets[target]);
                // Half of them claim to be what the plan expects.
                if (random.OneIn(2) && frame.Length >= FrameSeal.FixedBytes) corpus.ByTarget[target][0].Frame.AsSpan(5, 2).CopyTo(frame[5..]);
                break;
            case FrameMutation.HostileTables:
                MakeUpTables(input, ref random);
                break;
            case FrameMutation.NoisePayload:
                int start = FrameSeal.PayloadStart(frame);
                input.Length = Math.Min(input.Capacity, start + random.Next(random.OneIn(4) ? 2048 : 100));
                random.Fill(input.Frame[Math.Min(start, input.Length)..]);
                break;
            case FrameMutation.Noise:
                input.Length = random.Next(300);
                random.Fill(input.Frame);
                break;
        }
    }

    // Half of the damage goes where the payload's parameters and tables are, some to the header, the rest anywhere; none before 'from'.
    private static int At(ReadOnlySpan<byte> frame, int from, ref FuzzRandom random)
    {
        if (frame.Length <= from) return frame.Length;
        int payload = FrameSeal.PayloadStart(frame);
        return random.Next(8) switch
        {
            < 4 when payload < frame.Length => payload + random.Next(Math.Min(64, frame.Length - payload)),
            4 => from + random.Next(Math.Min(40, frame.Length - from)),
            _ => from + random.Next(frame.Length - from),
        };
    }

    private static Span<byte> Run(Span<byte> frame, int from, ref FuzzRandom random)
    {
        int at = At(frame, from, ref random);
        return frame.Slice(at, Math.Min(frame.Length - at, 1 + random.Next(random.OneIn(4) ? 1024 : 12)));
    }

    private static void Insert(FuzzInput input, int at, int count, ref FuzzRandom random)
    {
        count = Math.Min(count, input.Capacity - input.Length);
        int length = input.Length;
        input.Length += count;
        Span<byte> frame = input.Frame;
        frame[at..length].CopyTo(frame[(at + count)..]);
        if (random.OneIn(2)) random.Fill(frame.Slice(at, count));
        else frame.Slice(at, count).Fill((byte)random.Next());
    }

    private static void Delete(FuzzInput input, int from, ref FuzzRandom random)
    {
        Span<byte> frame = input.Frame;
        int at = At(frame, from, ref random);
        int count = Math.Min(frame.Length - at, 1 + random.Next(random.OneIn(4) ? 256 : 8));
        frame[(at + count)..].CopyTo(frame[at..]);
        input.Length -= count;
    }

    private static uint EdgeInteger(TensorShape shape, ref FuzzRandom random)
    {
        uint n = (uint)shape.ElementCount;
        return random.Next(14) switch
        {
            0 => 0,
            1 => 1,
            2 => uint.MaxValue,
            3 => 0x7FFF_FFFF,
            4 => 0x8000_0000,
            5 => n,
            6 => n + 1,
            7 => n - 1,
            8 => 4 * n,
            9 => 0xFFFF,
            10 => 0x1_0000,
            11 => 0x7FFF_FFF8,
            12 => (uint)random.Next(300),
            _ => (uint)random.Next(),
        };
    }

    private static void WriteInteger(Span<byte> frame, int at, uint value, ref FuzzRandom random)
    {
        int width = random.Next(3);
        if (width == 0 && at < frame.Length) frame[at] = (byte)value;
        else if (width == 1 && at + 2 <= frame.Length) BinaryPrimitives.WriteUInt16LittleEndian(frame[at..], (ushort)value);
        else if (at + 4 <= frame.Length) BinaryPrimitives.WriteUInt32LittleEndian(frame[at..], value);
    }

    private static void Bomb(FuzzInput input, ref FuzzRandom random)
    {
        if (input.Length < FrameSeal.FixedBytes) return;
        uint huge = random.Next(3) switch { 0 => uint.MaxValue, 1 => 0x7FFF_FFFF, _ => 0x4000_0000u + (uint)random.Next(1000) };
        Span<byte> frame = input.Frame;
        int payload = FrameSeal.PayloadStart(frame);
        switch (random.Next(4))
        {
            case 0:
                BinaryPrimitives.WriteUInt32LittleEndian(frame[12..], huge);
                break;
            case 1:
                for (int at = FrameSeal.FixedBytes; at + 4 <= payload; at += 4)
                {
                    if (random.OneIn(2)) BinaryPrimitives.WriteUInt32LittleEndian(frame[at..], huge);
                }

                break;
            case 2:
                frame[7] = (byte)(random.OneIn(2) ? 255 : 16);
                break;
            default:
                int count = payload + random.Next(Math.Max(1, Math.Min(64, frame.Length - payload)));
                if (count + 4 <= frame.Length) BinaryPrimitives.WriteUInt32LittleEndian(frame[count..], huge);
                break;
        }
    }

    private void Splice(CorpusEntry entry, FuzzInput input, int from, ref FuzzRandom random)
    {
        // The frame's own codec more often than another: its tables with other symbols get further.
        ImmutableArray<CorpusEntry> own = corpus.ByTarget[corpus.Targets.IndexOf(entry.Target)];
        byte[] other = random.OneIn(3) ? Pick(ref random, withLargest: false).Frame : own[random.Next(own.Length)].Frame;
        int taken = random.Next(other.Length);
        int at = At(input.Frame, from, ref random);
        int count = Math.Min(other.Length - taken, input.Capacity - at);
        input.Length = at + count;
        other.AsSpan(taken, count).CopyTo(input.Frame[at..]);
    }

    // Nothing in tables protects them: they come with the profile, and their hash says only that both sides have the same.
    private void MakeUpTables(FuzzInput input, ref FuzzRandom random)
    {
        if (input.Target.Tables is null) return;
        byte[] tables = input.Target.Tables.Bytes.ToArray();
        for (int i = random.Next(12); i >= 0; i--)
        {
            // Few in the header, where most are refused; the numbers behind it may be anything.
            int at = random.OneIn(12) ? random.Next(Math.Min(32, tables.Length)) : Math.Min(32, tables.Length - 2) + random.Next(Math.Max(1, tables.Length - 33));
            if (random.OneIn(2)) tables[at] = (byte)random.Next();
            else if (at + 2 <= tables.Length) BinaryPrimitives.WriteInt16LittleEndian(tables.AsSpan(at), random.Next(4) switch { 0 => short.MaxValue, 1 => short.MinValue, 2 => -1, _ => 0 });
        }

        if (random.OneIn(8)) BinaryPrimitives.WriteSingleLittleEndian(tables.AsSpan(8), EdgeFloats[random.Next(EdgeFloats.Length)]);
        int name = NameOfTables(input);
        if (input.Believe(tables, MaxElements) is { } id && name >= 0 && name + 4 <= input.Length && !random.OneIn(8))
            BinaryPrimitives.WriteUInt32LittleEndian(input.Frame[name..], id);
    }

    // Where a frame says which tables it was made with: dense at once, fast behind its levels; −1 where it does not.
    private static int NameOfTables(FuzzInput input)
    {
        int payload = FrameSeal.PayloadStart(input.Frame);
        if (input.Target.Codec.Spec.Kind != CodecKind.Fast) return payload;
        if (payload + 4 > input.Length) return -1;
        long mode = payload + 4 + (8L * BinaryPrimitives.ReadUInt32LittleEndian(input.Frame[payload..]));
        return mode < input.Length && input.Frame[(int)mode] == 3 ? (int)Math.Min(int.MaxValue / 2, mode + 2 + (4 * input.Target.Codec.Spec.Parameter)) : -1;
    }

    private static TensorShape Shape(TensorShape own, ref FuzzRandom random)
    {
        long n = own.ElementCount;
        return random.Next(8) switch
        {
            0 => new(n + 1),
            1 => new(Math.Max(0, n - 1)),
            2 => new(n),
            3 => new(1, n, 1),
            4 => new([.. own.Dimensions.Reverse()]),
            5 => new(random.Next(64)),
            6 => FrameCorpus.Largest,
            _ => new(random.Next(9), random.Next(9), random.Next(9)),
        };
    }

    // Writes another rank and other dimensions, and moves the payload behind them.
    private static void SetShape(FuzzInput input, TensorShape shape)
    {
        if (input.Length < FrameSeal.FixedBytes) return;
        int payload = FrameSeal.PayloadStart(input.Frame);
        int start = FrameSeal.FixedBytes + (4 * shape.Rank);
        int bytes = Math.Min(input.Length - payload, input.Capacity - start);
        input.Length = Math.Max(input.Length, start + bytes);
        Span<byte> all = input.Frame;
        all.Slice(payload, bytes).CopyTo(all[start..]);
        input.Length = start + bytes;
        Span<byte> frame = input.Frame;
        frame[7] = (byte)shape.Rank;
        for (int i = 0; i < shape.Rank; i++) BinaryPrimitives.WriteUInt32LittleEndian(frame[(FrameSeal.FixedBytes + (4 * i))..], (uint)shape[i]);
    }
}
