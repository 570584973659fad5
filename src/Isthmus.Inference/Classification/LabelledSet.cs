using System.Buffers.Binary;
using System.Security.Cryptography;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Imaging;

namespace Isthmus.Inference.Classification;

/// <summary>Pictures of which the class is known, in a fixed order, wherever they come from.</summary>
public abstract class LabelledSet
{
    /// <summary>What to call it: the file's or the folder's name.</summary>
    public abstract string Name { get; }

    /// <summary>How many pictures, at least 1.</summary>
    public abstract int Count { get; }

    /// <summary>The class of a picture, counted from 0 without background.</summary>
    /// <param name="index">The picture's place, from 0.</param>
    public abstract int ClassOf(int index);

    /// <summary>A network's input for a picture; the caller disposes it.</summary>
    /// <param name="index">The picture's place, from 0.</param>
    /// <param name="preprocessor">What makes inputs for the network.</param>
    /// <exception cref="IsthmusException">It is no picture, or none for this network.</exception>
    public abstract Tensor Input(int index, ImagePreprocessor preprocessor);

    /// <summary>Reads a set.</summary>
    /// <param name="images">An IDX file of pictures, or a folder of photographs.</param>
    /// <param name="labels">The IDX file of their classes; of a folder a CSV file with the columns file and class_index.</param>
    /// <param name="most">The most pictures, at least 1, in order; null for all.</param>
    /// <exception cref="IsthmusException">Either cannot be read, or they do not belong together.</exception>
    public static LabelledSet Load(string images, string labels, int? most = null)
    {
        if (most is < 1) throw new IsthmusException(ErrorKind.Usage, $"{most} pictures tell nothing: choose 1 or more.");
        return Directory.Exists(images) ? PhotographSet.Load(images, labels, most) : IdxSet.Load(images, labels, most);
    }

    /// <summary>
    /// The identity of the set: SHA-256, in hexadecimal, of every picture in order: the length of its bytes (four bytes, lowest first), the bytes (a file's, or of IDX the pixels row by
    /// row), and its class (four bytes, lowest first).
    /// </summary>
    /// <exception cref="IsthmusException">A picture cannot be read.</exception>
    public string Sha256()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[4];
        for (int i = 0; i < Count; i++)
        {
            ReadOnlyMemory<byte> bytes = Bytes(i);
            BinaryPrimitives.WriteInt32LittleEndian(number, bytes.Length);
            hash.AppendData(number);
            hash.AppendData(bytes.Span);
            BinaryPrimitives.WriteInt32LittleEndian(number, ClassOf(i));
            hash.AppendData(number);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The bytes of a picture: its file's, or its pixels row by row.</summary>
    protected abstract ReadOnlyMemory<byte> Bytes(int index);
}
