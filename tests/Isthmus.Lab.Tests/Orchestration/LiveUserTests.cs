using Isthmus.Core.Errors;
using Isthmus.Lab.Orchestration;

namespace Isthmus.Lab.Tests.Orchestration;

public sealed class LiveUserTests
{
    [Fact]
    public async Task RunAsync_InputThatEndsAtOnce_Ends()
    {
        using StringWriter output = new();
        await new LiveUser(new StringReader(""), output).RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", output.ToString());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"edge\":\"http://127.0.0.1:1\"}")]
    public async Task RunAsync_FirstLineThatIsNoSetup_IsOneSentence(string line)
    {
        using StringWriter output = new();
        IsthmusException error = await Assert.ThrowsAsync<IsthmusException>(() => new LiveUser(new StringReader(line), output).RunAsync(TestContext.Current.CancellationToken));
        Assert.Equal(ErrorKind.Data, error.Kind);
        Assert.Equal("", output.ToString());
    }
}
