using System.Runtime.InteropServices;
using System.Text;
using Isthmus.Core.Codec;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tensors;
using Isthmus.Runtime.Protocol;

namespace Isthmus.Runtime.Tests.Protocol;

public sealed class InferMessageTests
{
    private static readonly ElementType[] NumberTypes =
    [
        ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.UInt8, ElementType.Int8, ElementType.UInt16, ElementType.Int16,
        ElementType.UInt32, ElementType.Int32, ElementType.UInt64, ElementType.Int64, ElementType.Bool,
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Request_WrittenAndRead_IsTheSame(bool binary)
    {
        Random random = new(1);
        for (int round = 0; round < 100; round++)
        {
            using InferRequest request = new()
            {
                Id = $"réq \"{round}\"",
                Parameters = new() { { "text", "ä\n" }, { "number", 1.5 }, { "flag", true } },
                Inputs = [.. Enumerable.Range(0, random.Next(1, 5)).Select(i => RandomTensor(random, $"in{i}", binary || random.Next(3) == 0))],
                Outputs = [new("a", null), new("b", true), new("c", false)],
            };

            using InferRequest read = await RoundTrip(request);

            Assert.Equal(request.Id, read.Id);
            Assert.Equal(request.Parameters, read.Parameters);
            Assert.Equal(request.Outputs, read.Outputs);
            Assert.Equal(request.Inputs.Length, read.Inputs.Length);
            foreach ((InferTensor sent, InferTensor got) in request.Inputs.Zip(read.Inputs))
            {
                Assert.Equal((sent.Name, sent.Datatype, sent.Shape, sent.IsBinary), (got.Name, got.Datatype, got.Shape, got.IsBinary));
                Assert.Equal(sent.Parameters, got.Parameters);
                Assert.Equal(sent.Content.Bytes.ToArray(), got.Content.Bytes.ToArray());
            }
        }
    }

    [Fact]
    public async Task Segment_WrittenAndRead_IsTheSame()
    {
        SegmentRequest segment = new()
        {
            From = ["a"],
            To = ["b", "c"],
            Codec = CodecSpec.Huffman(4),
            Input = InputEncoding.Jpeg(75),
            Deadline = new Milliseconds(120.5),
            Next = new("cloud", "http://127.0.0.1:1", ["b", "c"]),
        };
        using InferRequest request = InferRequest.ForSegment(segment, [InferTensor.OfBytes("x", new byte[] { 1, 2 }, new() { { ProtocolNames.Codec, "raw" } })]);

        using InferRequest read = await RoundTrip(request);

        SegmentRequest got = read.Segment();
        Assert.Equal(segment with { From = null, To = null, Next = null }, got with { From = null, To = null, Next = null });
        Assert.Equal(segment.From, got.From);
        Assert.Equal(segment.To, got.To);
        Assert.Equal(("cloud", "http://127.0.0.1:1"), (got.Next!.Node, got.Next.Url));
        Assert.Equal(["b", "c"], got.Next.From);
    }

    [Fact]
    public async Task Response_OfAnswerTrace_IsTheSame()
    {
        AnswerTrace trace = new([new("edge", Tier.Edge, null, ["b"], new(0.5), new(1), new(2), new(3), new(4), new(5), new(6), 77, 2)], "the cloud was away");
        string json = System.Text.Json.JsonSerializer.Serialize(trace, Core.Json.IsthmusJson.Compact);
        using InferResponse response = new() { ModelName = "m", Outputs = [], Parameters = new() { { ProtocolNames.Isthmus, json } } };
        using PooledBufferWriter body = new();
        InferWriter.WriteJson(response, body);

        using InferResponse read = await InferReader.ReadResponseAsync(
            new MemoryStream(body.Written.ToArray()), null, InferLimits.Default, TestContext.Current.CancellationToken);

        AnswerTrace got = read.Trace()!;
        Assert.Equal(trace.Fallback, got.Fallback);
        Assert.Equal(trace.Hops[0] with { To = null }, got.Hops[0] with { To = null });
        Assert.Contains("\"queueMs\":0.5", json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_DataBeforeDatatypeAndNested_GivesTensor()
    {
        using InferRequest request = await Read("""{"x":{"y":[1]},"inputs":[{"data":[[1,2],[3,4.5]],"shape":[2,2],"datatype":"FP32","name":"a"}]}""");

        Assert.Equal([1f, 2f, 3f, 4.5f], request.Inputs[0].Content.Floats.ToArray());
    }

    [Fact]
    public async Task Read_BytesElementInJson_GivesOpaqueBytes()
    {
        using InferRequest request = await Read("""{"inputs":[{"name":"a","shape":[1],"datatype":"BYTES","data":["h\u00e9"]}]}""");

        Assert.Equal("hé"u8.ToArray(), request.Inputs[0].OpaqueBytes().ToArray());
    }

    [Theory]
    [InlineData("", ProtocolError.BadJson)]
    [InlineData("hello", ProtocolError.BadJson)]
    [InlineData("{", ProtocolError.BadJson)]
    [InlineData("[]", ProtocolError.BadMember)]
    [InlineData("{}", ProtocolError.BadMember)]
    [InlineData("""{"inputs":{}}""", ProtocolError.BadMember)]
    [InlineData("""{"inputs":[1]}""", ProtocolError.BadMember)]
    [InlineData("""{"inputs":[]}{}""", ProtocolError.BadJson)]
    [InlineData("""{"inputs":[],"inputs":[]}""", ProtocolError.BadMember)]
    [InlineData("""{"inputs":[],"parameters":{"a":[1]}}""", ProtocolError.BadMember)]
    [InlineData("""{"inputs":[{"shape":[1],"datatype":"FP32","data":[1]}]}""", ProtocolError.BadMember)]
    [InlineData("""{"inputs":[{"name":"a","datatype":"FP32","data":[1]}]}""", ProtocolError.BadMember)]
    [InlineData("""{"inputs":[{"name":"a","shape":[1],"data":[1]}]}""", ProtocolError.BadMember)]
    [InlineData("""{"inputs":[{"name":"a","shape":[1],"datatype":"FP32"}]}""", ProtocolError.BadMember)]
    [InlineData("""{"inputs":[{"name":"a","shape":[1],"datatype":"FP33","data":[1]}]}""", ProtocolError.UnknownDatatype)]
    [InlineData("""{"inputs":[{"name":"a","shape":[-1],"datatype":"FP32","data":[1]}]}""", ProtocolError.BadShape)]
    [InlineData("""{"inputs":[{"name":"a","shape":[1.5],"datatype":"FP32","data":[1]}]}""", ProtocolError.BadShape)]
    [InlineData("""{"inputs":[{"name":"a","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"datatype":"FP32","data":[1]}]}""", ProtocolError.BadShape)]
    [InlineData("""{"inputs":[{"name":"a","shape":[4611686018427387904,4],"datatype":"FP32","data":[1]}]}""", ProtocolError.BadShape)]
    [InlineData("""{"inputs":[{"name":"a","shape":[1000000000],"datatype":"FP32","data":[1]}]}""", ProtocolError.TooLarge)]
    [InlineData("""{"inputs":[{"name":"a","shape":[60000000],"datatype":"FP32","data":[1]}]}""", ProtocolError.BadSize)]
    [InlineData("""{"inputs":[{"name":"a","shape":[2],"datatype":"FP32","data":[1]}]}""", ProtocolError.BadSize)]
    [InlineData("""{"inputs":[{"name":"a","shape":[2],"datatype":"FP32","data":[1,2,3]}]}""", ProtocolError.BadSize)]
    [InlineData("""{"inputs":[{"name":"a","shape":[1],"datatype":"FP32","data":["1"]}]}""", ProtocolError.BadElement)]
    [InlineData("""{"inputs":[{"name":"a","shape":[1],"datatype":"FP32","data":[{}]}]}""", ProtocolError.BadElement)]
    [InlineData("""{"inputs":[{"name":"a","shape":[1],"datatype":"UINT8","data":[256]}]}""", ProtocolError.BadElement)]
    [InlineData("""{"inputs":[{"name":"a","shape":[1],"datatype":"INT64","data":[1.5]}]}""", ProtocolError.BadElement)]
    [InlineData("""{"inputs":[{"name":"a","shape":[1],"datatype":"BOOL","data":[2]}]}""", ProtocolError.BadElement)]
    [InlineData("""{"inputs":[{"name":"a","shape":[1],"datatype":"BYTES","data":[2]}]}""", ProtocolError.BadElement)]
    [InlineData("""{"inputs":[{"name":"a","shape":[1],"datatype":"FP32","parameters":{"binary_data_size":4}}]}""", ProtocolError.BadHeaderLength)]
    [InlineData("""{"inputs":[{"name":"a","shape":[1],"datatype":"FP32","data":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}]}""", ProtocolError.BadJson)]
    public async Task Read_BadJson_IsRefused(string json, ProtocolError error)
    {
        ProtocolException e = await Assert.ThrowsAsync<ProtocolException>(() => Read(json));
        Assert.Equal(error, e.Error);
    }

    [Theory]
    [InlineData("4", 4, ProtocolError.UnknownDatatype, "FP33")]
    [InlineData("5", 5, ProtocolError.BadSize, "FP32")]
    [InlineData("-4", 4, ProtocolError.BadSize, "FP32")]
    [InlineData("4.5", 4, ProtocolError.BadSize, "FP32")]
    [InlineData("\"4\"", 4, ProtocolError.BadSize, "FP32")]
    [InlineData("1e300", 4, ProtocolError.TooLarge, "FP32")]
    [InlineData("4", 3, ProtocolError.Truncated, "FP32")]
    [InlineData("4", 5, ProtocolError.TrailingBytes, "FP32")]
    [InlineData("1000000", 5, ProtocolError.Truncated, "BYTES")]
    public async Task Read_LyingBinarySize_IsRefused(string size, int follow, ProtocolError error, string datatype)
    {
        string json = $$$"""{"inputs":[{"name":"a","shape":[1],"datatype":"{{{datatype}}}","parameters":{"binary_data_size":{{{size}}}}}]}""";
        byte[] body = [.. Encoding.UTF8.GetBytes(json), .. new byte[follow]];

        ProtocolException e = await Assert.ThrowsAsync<ProtocolException>(async () =>
            await InferReader.ReadRequestAsync(new MemoryStream(body), json.Length, InferLimits.Default, TestContext.Current.CancellationToken));

        Assert.Equal(error, e.Error);
    }

    [Theory]
    [InlineData(long.MaxValue, ProtocolError.TooLarge)]
    [InlineData(1000, ProtocolError.Truncated)]
    public async Task Read_LyingHeaderLength_IsRefused(long length, ProtocolError error)
    {
        ProtocolException e = await Assert.ThrowsAsync<ProtocolException>(async () =>
            await InferReader.ReadRequestAsync(new MemoryStream("{}"u8.ToArray()), length, InferLimits.Default, TestContext.Current.CancellationToken));

        Assert.Equal(error, e.Error);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData("ten")]
    [InlineData("99999999999999999999")]
    public void ParseHeaderLength_NoLength_IsRefused(string value) =>
        Assert.Equal(ProtocolError.BadHeaderLength, Assert.Throws<ProtocolException>(() => InferReader.ParseHeaderLength(value)).Error);

    [Fact]
    public async Task Read_RandomlyDamagedMessage_IsReadOrRefused()
    {
        Random random = new(7);
        using InferRequest request = new() { Id = "i", Inputs = [RandomTensor(random, "a", true), RandomTensor(random, "b", false)] };
        (byte[] good, int header) = await Serialize(request);
        for (int round = 0; round < 3000; round++)
        {
            byte[] bad = [.. good];
            for (int i = random.Next(1, 4); i > 0; i--) bad[random.Next(bad.Length)] = (byte)random.Next(256);
            try
            {
                using InferRequest read = await InferReader.ReadRequestAsync(
                    new MemoryStream(bad, 0, random.Next(4) == 0 ? random.Next(bad.Length) : bad.Length), header, InferLimits.Default, TestContext.Current.CancellationToken);
            }
            catch (ProtocolException)
            {
                // Refused with the type that says so; any other exception fails the test.
            }
        }
    }

    [Fact]
    public void WriteJson_NotFiniteValues_AreRefused()
    {
        using InferTensor tensor = new("a", Tensor.FromFloats([float.NaN], new(1))) { IsBinary = false };
        using PooledBufferWriter output = new();

        ProtocolException e = Assert.Throws<ProtocolException>(() => InferWriter.WriteJson(new InferResponse { ModelName = "m", Outputs = [tensor] }, output));
        Assert.Equal(ProtocolError.NotJson, e.Error);
    }

    [Theory]
    [InlineData("""{"next":{"node":"c","url":"http://a","from":["x"]}}""")]
    [InlineData("""{"to":["x"],"next":{"node":"c","url":"ftp://a","from":["x"]}}""")]
    [InlineData("""{"to":["x"],"next":{"node":"c","url":"http://a","from":[]}}""")]
    [InlineData("""{"codec":"raw"}""")]
    [InlineData("""{"to":["x"],"codec":"zip"}""")]
    [InlineData("""{"from":[]}""")]
    [InlineData("""{"deadlineMs":-1}""")]
    [InlineData("""null""")]
    [InlineData("""nonsense""")]
    public void Segment_Senseless_IsRefused(string json)
    {
        using InferRequest request = new() { Inputs = [], Parameters = new() { { ProtocolNames.Isthmus, json } } };

        Assert.Equal(ProtocolError.BadMember, Assert.Throws<ProtocolException>(request.Segment).Error);
    }

    private static async Task<InferRequest> Read(string json) =>
        await InferReader.ReadRequestAsync(new MemoryStream(Encoding.UTF8.GetBytes(json)), null, InferLimits.Default, TestContext.Current.CancellationToken);

    private static async Task<InferRequest> RoundTrip(InferRequest request)
    {
        (byte[] bytes, int? header) = await Serialize(request) is var (b, h) ? (b, h == 0 ? null : (int?)h) : default;
        return await InferReader.ReadRequestAsync(new MemoryStream(bytes), header, InferLimits.Default, TestContext.Current.CancellationToken);
    }

    private static async Task<(byte[] Bytes, int Header)> Serialize(InferRequest request)
    {
        using InferContent content = new(request);
        byte[] bytes = await content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal(content.Length, bytes.Length);
        return (bytes, content.Headers.TryGetValues(ProtocolNames.HeaderLength, out IEnumerable<string>? h) ? int.Parse(h.Single()) : 0);
    }

    private static InferTensor RandomTensor(Random random, string name, bool binary)
    {
        ElementType type = NumberTypes[random.Next(NumberTypes.Length)];
        TensorShape shape = new([.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => (long)random.Next(0, 5))]);
        Tensor tensor = Tensor.Rent(type, shape);
        random.NextBytes(tensor.Bytes.Span);
        Span<byte> bytes = tensor.Bytes.Span;
        if (type == ElementType.Bool)
        {
            foreach (ref byte b in bytes) b &= 1;
        }

        // JSON has no numbers for what is not finite.
        if (type == ElementType.Float32) foreach (ref float v in tensor.Floats) v = random.NextSingle() - 0.5f;
        if (type == ElementType.Float64) foreach (ref double v in MemoryMarshal.Cast<byte, double>(bytes)) v = random.NextDouble();
        if (type == ElementType.Float16) foreach (ref Half v in MemoryMarshal.Cast<byte, Half>(bytes)) v = (Half)random.NextSingle();
        return new InferTensor(name, tensor, new() { { "p", name } }) { IsBinary = binary };
    }
}
