namespace Isthmus.Cli.Tests;

/// <summary>What holds for every command, whoever wrote it.</summary>
public sealed class CommandLineApplicationTests
{
    public static TheoryData<string> Commands => [.. CommandLineApplication.CommandNames];

    [Fact]
    public async Task Help_OfTheTool_NamesEveryCommand()
    {
        CommandRun run = await CommandRun.OfAsync("--help");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("", run.Error);
        Assert.All(CommandLineApplication.CommandNames, name => Assert.Contains($"  {name} ", run.Output, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_OfACommand_ExplainsItAndItsJson(string command)
    {
        CommandRun run = await CommandRun.OfAsync(command, "--help");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("", run.Error);
        Assert.Contains("Usage:", run.Output, StringComparison.Ordinal);
        Assert.Contains($" {command} ", run.Output, StringComparison.Ordinal);
        Assert.Contains("--json", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_OfACommand_DescribesEveryOptionAndArgument(string command)
    {
        CommandRun run = await CommandRun.OfAsync(command, "--help");
        foreach (string line in run.Output.Split('\n').Select(l => l.TrimEnd()))
        {
            string trimmed = line.TrimStart();
            if (!trimmed.StartsWith("--", StringComparison.Ordinal) && !trimmed.StartsWith('<')) continue;
            // Two spaces or more part the option from what it means; without them nobody wrote what it means.
            Assert.True(trimmed.Contains("  ", StringComparison.Ordinal), $"{command}: '{trimmed}' has no description.");
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task RunAsync_UnknownOption_IsRefusedInOneSentence(string command)
    {
        CommandRun run = await CommandRun.OfAsync(command, "--no-such-option");
        string line = run.AssertRefused(2);
        Assert.Contains("--help", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_UnknownCommand_IsRefusedInOneSentence()
    {
        CommandRun run = await CommandRun.OfAsync("no-such-command");
        string line = run.AssertRefused(2);
        Assert.Contains("no-such-command", line, StringComparison.Ordinal);
        Assert.Contains("isthmus --help", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_NoCommand_IsRefusedAndNamesTheHelp()
    {
        CommandRun run = await CommandRun.OfAsync();
        Assert.Contains("isthmus --help", run.AssertRefused(2), StringComparison.Ordinal);
    }

    [Fact]
    public void CommandNames_Always_AreInAlphabeticalOrder() =>
        Assert.Equal(CommandLineApplication.CommandNames.Order(StringComparer.Ordinal), CommandLineApplication.CommandNames);
}
