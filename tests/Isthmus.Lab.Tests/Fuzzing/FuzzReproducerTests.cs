using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;
using Isthmus.Lab.Fuzzing;

namespace Isthmus.Lab.Tests.Fuzzing;

public sealed class FuzzReproducerTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Load_OfWhatWasSaved_IsTheSame()
    {
        FuzzReproducer saved = new(CodecSpec.Huffman(4), new TensorShape(1, 8, 5, 7), new byte[] { 0, 1, 0xFF }, "seed 1");
        saved.Save(_path);
        FuzzReproducer loaded = FuzzReproducer.Load(_path);
        Assert.Equal(saved.Codec, loaded.Codec);
        Assert.Equal(saved.Expected, loaded.Expected);
        Assert.Equal(saved.Note, loaded.Note);
        Assert.Equal(saved.Frame.ToArray(), loaded.Frame.ToArray());
        Assert.Null(loaded.Tables);
    }

    [Fact]
    public void Load_OfAnInputWithTables_HasTheTables()
    {
        new FuzzReproducer(CodecSpec.Raw, new TensorShape(3), new byte[] { 0 }, "", new byte[] { 7, 8 }).Save(_path);
        Assert.Equal([7, 8], FuzzReproducer.Load(_path).Tables!.Value.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"note":"","codec":"huffman:4","expected":[3],"frame":"0"}""")]
    [InlineData("""{"note":"","codec":"huffman:4","expected":[3],"frame":"0G"}""")]
    [InlineData("""{"note":"","codec":"other","expected":[3],"frame":"00"}""")]
    [InlineData("""{"note":"","codec":"raw","expected":[-3],"frame":"00"}""")]
    [InlineData("""{"note":"","codec":"raw","expected":[2000000000],"frame":"00"}""")]
    public void Load_OfSomethingElse_IsRefused(string text)
    {
        File.WriteAllText(_path, text);
        Assert.Throws<IsthmusException>(() => FuzzReproducer.Load(_path));
    }
}
