using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Tests.Pipelines;

public sealed class CircuitBreakerTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Failed_OnceWithATimeout_StaysClosed()
    {
        CircuitBreaker breaker = new(_clock);
        breaker.Failed(NodeFailure.Timeout, "late");
        Assert.False(breaker.IsOpen);
        breaker.Succeeded();
        breaker.Failed(NodeFailure.Timeout, "late");
        Assert.False(breaker.IsOpen);
    }

    [Fact]
    public void Failed_TwiceInARow_Opens()
    {
        CircuitBreaker breaker = new(_clock);
        breaker.Failed(NodeFailure.Timeout, "late");
        breaker.Failed(NodeFailure.Broken, "broken");
        Assert.True(breaker.IsOpen);
        Assert.Equal("broken", breaker.Reason);
    }

    [Fact]
    public void Failed_Unreachable_OpensAtOnce()
    {
        CircuitBreaker breaker = new(_clock);
        breaker.Failed(NodeFailure.Unreachable, "refused");
        Assert.True(breaker.IsOpen);
    }

    [Fact]
    public void IsDue_AfterThePause_AndTwiceAsLongAfterAnotherFailure()
    {
        CircuitBreaker breaker = new(_clock);
        breaker.Failed(NodeFailure.Unreachable, "refused");
        _clock.Advance(1_999);
        Assert.False(breaker.IsDue);
        _clock.Advance(2);
        Assert.True(breaker.IsDue);
        breaker.Failed(NodeFailure.Unreachable, "refused");
        _clock.Advance(3_000);
        Assert.False(breaker.IsDue);
        _clock.Advance(1_001);
        Assert.True(breaker.IsDue);
    }

    [Fact]
    public void Failed_WhileOpen_DoesNotProlongThePause()
    {
        CircuitBreaker breaker = new(_clock);
        breaker.Failed(NodeFailure.Unreachable, "refused");
        _clock.Advance(1_000);
        breaker.Failed(NodeFailure.Broken, "an old request");
        _clock.Advance(1_001);
        Assert.True(breaker.IsDue);
        Assert.Equal("refused", breaker.Reason);
    }

    [Fact]
    public void Succeeded_WhileOpen_Closes()
    {
        CircuitBreaker breaker = new(_clock);
        breaker.Failed(NodeFailure.Unreachable, "refused");
        breaker.Succeeded();
        Assert.False(breaker.IsOpen);
        Assert.Equal("", breaker.Reason);
    }
}
