using System.Buffers.Binary;
using System.Security.Cryptography;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;

namespace Isthmus.Lab.Fuzzing;

/// <summary>One input: the bytes, and what the plan says that they are. Made again and again in the same memory.</summary>
internal sealed class FuzzInput(int capacity)
{
    private readonly byte[] _bytes = new byte[capacity];

    /// <summary>The most bytes that it can have.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>How many bytes it has.</summary>
    public int Length { get; set; }

    /// <summary>Its bytes.</summary>
    public Span<byte> Frame => _bytes.AsSpan(0, Length);

    /// <summary>The decoder, which the plan names.</summary>
    public FuzzTarget Target { get; private set; } = null!;

    /// <summary>The tables that the plan names, if they are made up; null for those of the decoder.</summary>
    public byte[]? HostileTables { get; private set; }

    /// <summary>The shape of the tensor that the tables belong to, which is then the one that the plan expects; null without tables.</summary>
    public TensorShape? TablesShape { get; private set; }

    /// <summary>What decodes: the decoder, with made-up tables if there are any.</summary>
    public ITensorCodec Codec { get; private set; } = null!;

    /// <summary>What happened when made-up tables were read, beyond refusing them: a finding.</summary>
    public Exception? TablesFailure { get; private set; }

    /// <summary>The shape that the plan expects.</summary>
    public TensorShape Expected { get; set; }

    /// <summary>What was done to it, in this order; nothing, if it is a good frame.</summary>
    public List<FrameMutation> Mutations { get; } = [];

    /// <summary>Whether the checksum was made right after that.</summary>
    public bool IsSealed { get; set; }

    /// <summary>Whether it is a good frame, and the plan's.</summary>
    public bool IsGood { get; set; }

    /// <summary>Becomes a good frame.</summary>
    public void Take(ReadOnlySpan<byte> frame, FuzzTarget target, TensorShape shape)
    {
        Length = frame.Length;
        frame.CopyTo(Frame);
        Aim(target);
        Expected = shape;
        Mutations.Clear();
        IsSealed = false;
        IsGood = true;
    }

    /// <summary>The plan names this decoder.</summary>
    public void Aim(FuzzTarget target)
    {
        Target = target;
        Codec = target.Codec;
        TablesShape = target.Tables?.Shape;
        HostileTables = null;
        TablesFailure = null;
    }

    /// <summary>The plan names these tables, which somebody made up; if they are refused, all stays as it is.</summary>
    /// <returns>The identity of the tables, as it stands in frames; null if they were refused.</returns>
    public uint? Believe(byte[] tables, int maxElements)
    {
        try
        {
            CodecTables read = CodecTables.Parse(tables);
            if (read.Shape.ElementCount > maxElements) return null;
            Codec = TensorCodecs.Get(Target.Codec.Spec, read);
            TablesShape = Expected = read.Shape;
            HostileTables = tables;
            return Math.Max(1, BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(tables)));
        }
        catch (IsthmusException)
        {
            return null;
        }
        catch (Exception e)
        {
            HostileTables = tables;
            TablesFailure = e;
            return null;
        }
    }
}
