"""The demonstration dealership: made-up people, cars and two years of work around the day it is made."""
