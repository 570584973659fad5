using Google.Protobuf;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs.Onnx;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Sessions;

namespace Isthmus.Inference.Tests.Sessions;

public sealed class NetworkSessionTests
{
    private static readonly SessionSettings OneThread = new() { Threads = 1 };

    [Fact]
    public void Run_Doubler_DoublesEveryValue()
    {
        using NetworkSession session = NetworkSession.Create(TinyModels.Doubler(2, 3), OneThread);
        using Tensor x = Tensor.FromFloats([1, 2, 3, 4, 5, -6], new(2, 3));
        // The first run learns the shapes, the second writes into rented memory.
        for (int i = 0; i < 3; i++)
        {
            Tensor[] y = session.Run([x]);
            Assert.Equal([2, 4, 6, 8, 10, -12], y[0].Floats.ToArray());
            Assert.Equal(new TensorShape(2, 3), y[0].Shape);
            y[0].Dispose();
        }
    }

    [Fact]
    public void Inputs_DynamicBatch_IsOneAndAnyIsAccepted()
    {
        using NetworkSession session = NetworkSession.Create(TinyModels.Doubler(0, 3), OneThread);
        Assert.Equal(new TensorShape(1, 3), session.Inputs[0].Shape);
        Assert.Equal("x", session.Inputs[0].Name);
        Assert.Equal("y", session.Outputs[0].Name);
        foreach (int batch in (int[])[1, 4, 1, 4])
        {
            using Tensor x = Tensor.Rent(ElementType.Float32, new(batch, 3));
            x.Floats.Fill(batch);
            using Tensor y = session.Run([x])[0];
            Assert.Equal(new TensorShape(batch, 3), y.Shape);
            Assert.All(y.Floats.ToArray(), v => Assert.Equal(2 * batch, v));
        }
    }

    [Fact]
    public void Run_OutputShapeDependsOnValues_IsRightEveryTime()
    {
        ModelProto model = TinyModels.Graph([1, 4], [2, 0], TinyModels.Node("NonZero", ["x"], ["y"]));
        model.Graph.Output[0].Type.TensorType.ElemType = (int)ElementType.Int64;
        using NetworkSession session = NetworkSession.Create(model.ToByteArray(), OneThread);
        foreach (float[] values in (float[][])[[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0], [0, 1, 0, 1]])
        {
            using Tensor x = Tensor.FromFloats(values, new(1, 4));
            using Tensor y = session.Run([x])[0];
            Assert.Equal(new TensorShape(2, values.Count(v => v != 0)), y.Shape);
        }
    }

    [Fact]
    public void Run_WrongInput_IsRefusedBeforeTheRun()
    {
        using NetworkSession session = NetworkSession.Create(TinyModels.Doubler(0, 3), OneThread);
        using Tensor shape = Tensor.Rent(ElementType.Float32, new(1, 4));
        using Tensor rank = Tensor.Rent(ElementType.Float32, new(3));
        using Tensor type = Tensor.Rent(ElementType.Int32, new(1, 3));
        using Tensor right = Tensor.Rent(ElementType.Float32, new(1, 3));
        Tensor disposed = Tensor.Rent(ElementType.Float32, new(1, 3));
        disposed.Dispose();
        foreach (Tensor[] inputs in (Tensor[][])[[shape], [rank], [type], [], [right, right], [disposed]])
        {
            IsthmusException e = Assert.Throws<IsthmusException>(() => session.Run(inputs));
            Assert.Equal(ErrorKind.Data, e.Kind);
        }
    }

    [Fact]
    public void Create_DamagedModel_IsATypedErrorInOneSentence()
    {
        byte[] good = TinyModels.Doubler(1, 3);
        byte[] unknown = TinyModels.Graph([1, 3], [1, 3], TinyModels.Node("NoSuchOperator", ["x"], ["y"])).ToByteArray();
        foreach (byte[] bytes in (byte[][])[[], [1, 2, 3], "a text file, named .onnx"u8.ToArray(), good[..(good.Length / 2)], unknown])
        {
            IsthmusException e = Assert.Throws<IsthmusException>(() => NetworkSession.Create(bytes, OneThread));
            Assert.Equal(ErrorKind.Model, e.Kind);
            Assert.DoesNotContain('\n', e.Message);
            Assert.DoesNotContain("ErrorCode", e.Message);
        }
    }

    [Fact]
    public void Create_RandomBytes_NeverThrowsAnythingElse()
    {
        Random random = new(7);
        byte[] good = TinyModels.Doubler(1, 3);
        for (int i = 0; i < 200; i++)
        {
            byte[] bytes = [.. good];
            for (int k = random.Next(1, 5); k > 0; k--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                NetworkSession.Create(bytes, OneThread).Dispose();
            }
            catch (IsthmusException)
            {
                // The only error there may be.
            }
        }
    }

    [Fact]
    public void Create_ProviderThatIsAbsent_ListsThoseThereAre()
    {
        Assert.Contains(ExecutionProvider.Cpu, ExecutionProvider.Available());
        string absent = new[] { "cuda", "coreml", "dml", "qnn" }.First(p => !ExecutionProvider.Available().Contains(p));
        foreach (string name in (string[])[absent, "abacus"])
        {
            IsthmusException e = Assert.Throws<IsthmusException>(() => NetworkSession.Create(TinyModels.Doubler(1), new() { Provider = name }));
            Assert.Equal(ErrorKind.Usage, e.Kind);
            Assert.Contains("cpu", e.Message);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(100000)]
    public void Create_ImpossibleThreads_IsAUsageError(int threads) =>
        Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => NetworkSession.Create(TinyModels.Doubler(1), new() { Threads = threads })).Kind);

    [Fact]
    public async Task Run_CancelledInMidRun_EndsEarlyAndTheNextRunIsWhole()
    {
        // y = x doubled 40,000 times, in 40,000 operators on 64 kB: far longer than the cancellation takes.
        const int Count = 40_000;
        NodeProto[] nodes = [.. Enumerable.Range(0, Count).Select(i => TinyModels.Node("Sin", [i == 0 ? "x" : $"t{i}"], [i == Count - 1 ? "y" : $"t{i + 1}"]))];
        using NetworkSession session = NetworkSession.Create(TinyModels.Graph([1, 16384], [1, 16384], nodes).ToByteArray(), OneThread);
        using Tensor x = Tensor.FromFloats(Enumerable.Repeat(1f, 16384).ToArray(), new(1, 16384));
        using CancellationTokenSource source = new();
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task run = Task.Factory.StartNew(
            () =>
            {
                started.SetResult();
                foreach (Tensor t in session.Run([x], source.Token)) t.Dispose();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await started.Task;
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        using CancellationTokenSource second = new();
        using Tensor y = session.Run([x], second.Token)[0];
        Assert.InRange(y.Floats[0], 0.001f, 0.1f);
    }

    [Fact]
    public void Run_CancelledBefore_DoesNotRun()
    {
        using NetworkSession session = NetworkSession.Create(TinyModels.Doubler(1, 3), OneThread);
        using Tensor x = Tensor.Rent(ElementType.Float32, new(1, 3));
        Assert.ThrowsAny<OperationCanceledException>(() => session.Run([x], new CancellationToken(true)));
    }

    [Fact]
    public async Task Run_FromManyThreads_GivesEveryoneTheirOwnAnswer()
    {
        using NetworkSession session = NetworkSession.Create(TinyModels.Doubler(0, 100), OneThread);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                float value = (thread * 1000) + i;
                using Tensor x = Tensor.Rent(ElementType.Float32, new(1 + (i % 3), 100));
                x.Floats.Fill(value);
                using Tensor y = session.Run([x])[0];
                Assert.Equal(x.Shape, y.Shape);
                Assert.DoesNotContain(y.Floats.ToArray(), v => v != 2 * value);
            }
        })));
    }

    [Fact]
    public void Run_InSteadyState_AllocatesLittle()
    {
        // 3 MB in, 3 MB out.
        using NetworkSession session = NetworkSession.Create(TinyModels.Doubler(1, 3, 512, 512), OneThread);
        using Tensor x = Tensor.Rent(ElementType.Float32, new(1, 3, 512, 512));
        x.Floats.Fill(1);
        for (int i = 0; i < 5; i++) session.Run([x])[0].Dispose();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++) session.Run([x])[0].Dispose();
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 10, 0, 2048);
    }

    [Fact]
    public void Run_AfterDispose_SaysSo()
    {
        NetworkSession session = NetworkSession.Create(TinyModels.Doubler(1, 3), OneThread);
        session.Dispose();
        session.Dispose();
        using Tensor x = Tensor.Rent(ElementType.Float32, new(1, 3));
        Assert.Throws<ObjectDisposedException>(() => session.Run([x]));
    }

    [Fact]
    public void EstimatedBytes_OfASession_IsAtLeastTheModel()
    {
        byte[] model = TinyModels.Doubler(1, 3, 512, 512);
        using NetworkSession session = NetworkSession.Create(model, OneThread);
        Assert.True(session.EstimatedBytes >= model.Length + (2 * 4 * 3 * 512 * 512));
    }
}
