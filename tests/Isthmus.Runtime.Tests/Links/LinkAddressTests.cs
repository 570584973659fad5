using System.Net;
using Isthmus.Core.Errors;
using Isthmus.Runtime.Links;

namespace Isthmus.Runtime.Tests.Links;

public sealed class LinkAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:9001", "127.0.0.1:9001")]
    [InlineData("http://127.0.0.1:9001/", "127.0.0.1:9001")]
    [InlineData("localhost:0", "127.0.0.1:0")]
    [InlineData("[::1]:80", "[::1]:80")]
    [InlineData("*:80", "0.0.0.0:80")]
    public void ParseListen_Address_IsRead(string text, string expected) => Assert.Equal(expected, LinkAddress.ParseListen(text).ToString());

    [Fact]
    public void ParseTarget_Name_StaysAName() => Assert.Equal(new DnsEndPoint("edge.example", 8000), LinkAddress.ParseTarget("http://edge.example:8000"));

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData(":80")]
    [InlineData("a:b")]
    [InlineData("a:70000")]
    [InlineData("a:0")]
    [InlineData("::1:80")]
    [InlineData("https://a:80")]
    [InlineData("a:80/path")]
    public void ParseTarget_NoAddress_Throws(string text) => Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => LinkAddress.ParseTarget(text)).Kind);
}
